use std::cell::{Cell, OnceCell};

use crate::authorization_flag::AuthorizationFlag;
use crate::principal::ServicePrincipal;

/// What is known about the guards of a request, for the setting `unguarded_routes`.
#[derive(Default)]
pub(in crate::web) struct Coverage {
    /// `true` once a guard has been evaluated, whatever its result.
    is_guarded: Cell<bool>,
    /// `true` if the handler or a scope around it is public.
    is_public: Cell<bool>,
    /// `true` once the route has been reported, so that a `CognitoAuth` around another one does not
    /// report it again.
    is_reported: Cell<bool>,
    /// Created for the first principal that is handed out without a guard.
    authorization: OnceCell<AuthorizationFlag>,
}

impl Coverage {
    pub(in crate::web) fn set_guarded(&self) {
        self.is_guarded.set(true);
    }

    pub(in crate::web) fn set_public(&self) {
        self.is_public.set(true);
    }

    /// Sets the route as reported, and returns `true` if it had been before.
    pub(in crate::web) fn set_reported(&self) -> bool {
        self.is_reported.replace(true)
    }

    /// Returns `true` if the request may be answered.
    pub(in crate::web) fn is_complete(&self) -> bool {
        let is_authorized = || {
            self.authorization
                .get()
                .is_some_and(AuthorizationFlag::is_set)
        };
        self.is_guarded.get() || self.is_public.get() || is_authorized()
    }

    /// Returns the principal for code that may authorize it, which then counts as a guard.
    pub(super) fn hand_out(&self, principal: &ServicePrincipal) -> ServicePrincipal {
        if self.is_guarded.get() || self.is_public.get() {
            return principal.clone();
        }
        let flag = self.authorization.get_or_init(AuthorizationFlag::default);
        principal.with_flag(flag)
    }
}
