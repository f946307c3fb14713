//! What the guards of a request did, for the inventory of an app's routes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::authorization_flag::AuthorizationFlag;
use crate::error::Refusal;
use crate::policy::{Layer, Layers, Policy};

/// The guards that a request met, and the refusal that it got.
///
/// The inventory stores one in the extensions of a request to an app whose `CognitoAuth` records its
/// guards. It is not part of the response, since a handler that panics has none.
#[derive(Default)]
pub(crate) struct Recording {
    /// `true` if guards of handlers and required extractors refuse every request, so that a guarded
    /// handler does not run.
    pub(crate) refuses_all: bool,
    /// The attributes of the handler.
    pub(crate) layers: Cell<Option<&'static Layers>>,
    /// `true` if the handler takes an extractor that requires a principal.
    pub(crate) has_extractor: Cell<bool>,
    /// `true` if a middleware around a scope does.
    pub(crate) has_outer_extractor: Cell<bool>,
    /// Set once the handler has authorized the principal.
    pub(crate) authorization: RefCell<Option<AuthorizationFlag>>,
    /// The policies around the route, outermost first.
    pub(crate) policies: RefCell<Vec<Rc<Policy>>>,
    pub(crate) public: Cell<Option<PublicMark>>,
    /// The first refusal, with the part of the program that refused.
    pub(crate) refusal: RefCell<Option<(Refusal, Refuser)>>,
}

/// What marks a route as public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PublicMark {
    /// `#[public]`, with its place (see [`place`](crate::policy::public_handlers::place)).
    Handler(u64),
    /// `PublicRoutes`, with its reason.
    Routes(&'static str),
    /// A service of this crate.
    Service,
}

/// The part of the program that refused a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refuser {
    /// The middleware, or an extractor of the handler.
    Authentication,
    Attribute(&'static Layer),
    /// The last policy in [`Recording::policies`].
    Wrap,
    /// The handler, which returned the error of a policy.
    Handler,
}

impl Recording {
    /// Returns `true` if the handler authorized the principal.
    pub(crate) fn has_authorized(&self) -> bool {
        let flag = self.authorization.borrow();
        flag.as_ref().is_some_and(AuthorizationFlag::is_set)
    }

    /// Records the first refusal. A handler can turn it into another response.
    pub(super) fn record_refusal(&self, refusal: &Refusal, by: Refuser) {
        let mut recorded = self.refusal.borrow_mut();
        recorded.get_or_insert_with(|| (refusal.clone(), by));
    }
}
