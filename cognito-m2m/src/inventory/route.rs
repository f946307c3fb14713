use crate::policy::Policy;

/// A handler of the program, with the endpoints at which it answers and what it requires of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Route {
    /// The full Rust path of the handler function. `None` for a handler without an attribute, whose
    /// name is unknown.
    pub handler: Option<String>,
    /// The source file of the outermost attribute, if the handler has one.
    pub file: Option<String>,
    /// The line of the outermost attribute, if the handler has one.
    pub line: Option<u32>,
    /// The methods and paths at which the handler answers, as far as they are known.
    pub endpoints: Vec<Endpoint>,
    /// What the handler requires of a caller.
    pub access: Access,
}

/// An HTTP method, and the path pattern of a route.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Endpoint {
    /// The path pattern, as in Actix: `/widgets/{id}`.
    pub path: String,
    /// The method, such as `GET`.
    pub method: String,
}

/// What a handler requires of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// A request must satisfy all guards, outermost first. The list is never empty.
    Guarded(Vec<RouteGuard>),
    /// The handler is marked as public.
    Public {
        /// The reason in `#[public(reason = "..")]` or `PublicRoutes::because("..")`. `None` if it is
        /// unknown.
        reason: Option<String>,
    },
    /// The route has no guard and is not marked as public.
    Unguarded,
}

/// One guard of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RouteGuard {
    /// What the guard requires.
    pub policy: Policy,
    /// Where the guard comes from: an attribute, `.wrap(policy)` or an extractor.
    pub source: GuardSource,
    /// `true` if the guard only logs what it would refuse (`danger_report_only`).
    pub report_only: bool,
}

/// The part of a program that guards a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GuardSource {
    /// An attribute on the handler or on its module.
    Attribute,
    /// A [`Policy`] around a scope or resource, by `.wrap(policy)`.
    Wrap,
    /// An extractor in the handler's arguments, such as `ServicePrincipal`.
    Extractor,
}

impl Endpoint {
    pub(crate) fn new(method: impl Into<String>, path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            method: method.into(),
        }
    }
}
