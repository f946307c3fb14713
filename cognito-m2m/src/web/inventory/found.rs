//! What a request to an endpoint finds.

use std::rc::Rc;

use actix_web::http::StatusCode;

use super::path::FilledPath;
use super::tree::Headers;
use crate::inventory::Endpoint;
use crate::policy::{Layers, Policy};
use crate::web::request::{DEFAULT_SERVICE, PublicMark};

/// An endpoint of an app, and what guards it.
#[derive(Clone, Debug)]
pub(crate) struct ProbedEndpoint {
    /// The method, and the path pattern.
    pub(crate) endpoint: Endpoint,
    /// A path that the pattern matches.
    pub(crate) filled: FilledPath,
    /// Headers that routing guards require.
    pub(crate) headers: Headers,
    /// `true` for the default service of a scope or of the app.
    pub(super) is_default: bool,
    pub(crate) found: Found,
}

/// What a request to an endpoint found.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    Guarded {
        /// The policies around the route, outermost first.
        wraps: Vec<Rc<Policy>>,
        handler: HandlerGuard,
    },
    Public(PublicMark),
    Unguarded {
        /// `None` if the handler panicked or did not answer in time.
        status: Option<StatusCode>,
        /// `false` if the response may be one of Actix itself, because no route matches.
        is_handler: bool,
    },
}

/// The guard of a handler inside of the policies around its route.
#[derive(Clone, Copy, Debug)]
pub(crate) enum HandlerGuard {
    /// Attributes on the handler or on its modules.
    Attributes(&'static Layers),
    /// An extractor, or a call of `authorize` in the handler.
    Principal,
    /// Only the policies around the route guard it, although its handler is marked as public.
    Public(PublicMark),
    /// Only the policies around the route guard it.
    None,
    /// No principal was found that satisfies the policies around the route.
    Unknown,
}

impl Found {
    /// Returns `true` if both are the same handler, as far as that is known.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Guarded { wraps, handler },
                Self::Guarded {
                    wraps: other_wraps,
                    handler: other_handler,
                },
            ) => wraps == other_wraps && handler.is_same(*other_handler),
            (Self::Public(mark), Self::Public(other)) => mark == other,
            (
                Self::Unguarded { is_handler, .. },
                Self::Unguarded {
                    is_handler: other, ..
                },
            ) => is_handler == other,
            _ => false,
        }
    }

    /// Returns `false` if the response may be one of Actix itself.
    pub(super) fn is_handler(&self) -> bool {
        !matches!(
            self,
            Self::Unguarded {
                is_handler: false,
                ..
            }
        )
    }
}

impl HandlerGuard {
    fn is_same(self, other: Self) -> bool {
        match (self, other) {
            (Self::Attributes(layers), Self::Attributes(other)) => std::ptr::eq(layers, other),
            (Self::Public(mark), Self::Public(other)) => mark == other,
            (Self::Principal, Self::Principal)
            | (Self::None, Self::None)
            | (Self::Unknown, Self::Unknown) => true,
            _ => false,
        }
    }
}

/// Returns the endpoints without the default services of scopes that answer like that of the app, which Actix
/// calls if a scope has none.
pub(super) fn without_repeated_defaults(endpoints: Vec<ProbedEndpoint>) -> Vec<ProbedEndpoint> {
    let is_root = |endpoint: &ProbedEndpoint| {
        endpoint.is_default && endpoint.endpoint.path == format!("/{DEFAULT_SERVICE}")
    };
    let (roots, others): (Vec<_>, Vec<_>) = endpoints.into_iter().partition(is_root);
    let is_repeated = |endpoint: &ProbedEndpoint| {
        endpoint.is_default
            && roots.iter().any(|root| {
                root.endpoint.method == endpoint.endpoint.method
                    && root.found.is_same(&endpoint.found)
            })
    };
    let mut kept: Vec<_> = others
        .into_iter()
        .filter(|other| !is_repeated(other))
        .collect();
    kept.splice(0..0, roots);
    kept
}
