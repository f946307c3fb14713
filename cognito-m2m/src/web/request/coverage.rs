use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use actix_web::HttpRequest;

use super::recording::{PublicMark, Recording, Refuser};
use crate::authorization_flag::AuthorizationFlag;
use crate::error::{AuthenticationError, Refusal};
use crate::policy::{Layers, Policy};
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
    /// Only in requests of the inventory.
    pub(in crate::web) recording: Option<Rc<Recording>>,
}

impl Coverage {
    /// Notes the guard of a handler.
    ///
    /// # Errors
    ///
    /// Fails in a request of the inventory that must not run the handler.
    #[inline]
    pub(in crate::web) fn set_guarded_by(&self, layers: &'static Layers) -> Result<(), Refusal> {
        self.is_guarded.set(true);
        let Some(recording) = &self.recording else {
            return Ok(());
        };
        recording.layers.set(Some(layers));
        refuse_if_recorded(recording)
    }

    /// Notes an extractor that requires a principal.
    ///
    /// # Errors
    ///
    /// Fails in a request of the inventory that must not run the handler.
    pub(super) fn set_guarded_by_extractor(&self, request: &HttpRequest) -> Result<(), Refusal> {
        self.is_guarded.set(true);
        let Some(recording) = &self.recording else {
            return Ok(());
        };
        // In a middleware around a scope, the router has yet to find the handler.
        if !request.match_info().unprocessed().is_empty() {
            recording.has_outer_extractor.set(true);
            return Ok(());
        }
        recording.has_extractor.set(true);
        refuse_if_recorded(recording)
    }

    /// Notes a policy around the route.
    pub(in crate::web) fn set_guarded_by_policy(&self, policy: &Rc<Policy>) {
        self.is_guarded.set(true);
        if let Some(recording) = &self.recording {
            recording.policies.borrow_mut().push(Rc::clone(policy));
        }
    }

    pub(super) fn set_public(&self, mark: PublicMark) {
        self.is_public.set(true);
        if let Some(recording) = &self.recording {
            recording.public.set(Some(mark));
        }
    }

    pub(super) fn record_refusal(&self, refusal: &Refusal, by: Refuser) {
        if let Some(recording) = &self.recording {
            recording.record_refusal(refusal, by);
        }
    }

    /// Sets the route as reported, and returns `true` if it had been before.
    pub(in crate::web) fn set_reported(&self) -> bool {
        self.is_reported.replace(true)
    }

    /// Returns `true` if the request may be answered.
    #[inline]
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
        if let Some(recording) = &self.recording {
            recording.authorization.replace(Some(flag.clone()));
        }
        principal.with_flag(flag)
    }
}

fn refuse_if_recorded(recording: &Recording) -> Result<(), Refusal> {
    if recording.refuses_all {
        return Err(AuthenticationError::Missing.into());
    }
    Ok(())
}
