use std::rc::Rc;

use actix_web::dev::Extensions;

use crate::error::{AuthenticationError, Misconfiguration, Refusal};
use crate::policy::{Denial, Layer, Layers, Policy};
use crate::principal::ServicePrincipal;
use crate::users::UserLookup;
use crate::web::cognito_auth::WorkerState;

/// The result of authenticating a request. The middleware stores it in the request's extensions.
pub(crate) struct Authentication {
    pub(in crate::web) state: WorkerState,
    pub(in crate::web) outcome: Outcome,
    /// Set when the guard of an attribute has admitted the request, which includes the default
    /// allowlist.
    pub(in crate::web) is_guarded: bool,
    /// Set when a test stored the principal. It holds as long as the request carries no token.
    pub(in crate::web) is_preset: bool,
    /// The lookup of the principal's user, shared by all extractors of the request.
    pub(in crate::web) lookup: Option<Rc<UserLookup>>,
}

#[derive(Clone)]
pub(in crate::web) enum Outcome {
    /// The request has no token.
    Absent,
    Verified(ServicePrincipal),
    /// The request has a token that was refused.
    Refused(Refusal),
}

impl Authentication {
    pub(in crate::web) fn new(state: WorkerState, outcome: Outcome) -> Self {
        Self {
            state,
            outcome,
            is_guarded: false,
            is_preset: false,
            lookup: None,
        }
    }

    /// Returns the principal, or the refusal that applies without one.
    pub(in crate::web) fn principal(&self) -> Result<&ServicePrincipal, Refusal> {
        match &self.outcome {
            Outcome::Verified(principal) => Ok(principal),
            Outcome::Refused(refusal) => Err(refusal.clone()),
            Outcome::Absent => Err(AuthenticationError::Missing.into()),
        }
    }

    /// Evaluates a policy on its own, without the default allowlist.
    pub(in crate::web) fn evaluate(&self, policy: &Policy, method: &str) -> Result<(), Refusal> {
        let principal = self.principal()?;
        Ok(policy.evaluate(&self.state.policy_defaults.input(principal, method))?)
    }

    /// Evaluates the attributes of a handler. The error names the attribute that refused.
    pub(in crate::web) fn evaluate_layers(
        &self,
        layers: &Layers,
        method: &str,
    ) -> Result<(), (Refusal, &'static Layer)> {
        let outermost = layers.outermost();
        let principal = self.principal().map_err(|refusal| (refusal, outermost))?;
        let input = self.state.policy_defaults.input(principal, method);
        layers
            .evaluate(&input)
            .map_err(|(denial, layer)| (denial.into(), layer))
    }

    /// Applies the rule of a handler without attributes that takes a principal: the default
    /// allowlist.
    pub(in crate::web) fn evaluate_default(&self) -> Result<&ServicePrincipal, Refusal> {
        let principal = self.principal()?;
        let allowed = self.state.policy_defaults.defaults.allowed_clients.as_ref();
        match allowed.filter(|_| !self.is_guarded) {
            Some(allowed) if !allowed.contains(principal) => Err(Denial::Client.into()),
            _ => Ok(principal),
        }
    }
}

/// Reads the authentication of a request. Fails if the `CognitoAuth` middleware is missing.
pub(in crate::web) fn with_authentication<T>(
    extensions: &Extensions,
    read: impl FnOnce(&Authentication) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    match extensions.get::<Authentication>() {
        Some(authentication) => read(authentication),
        None => Err(Misconfiguration::MiddlewareMissing.into()),
    }
}

pub(super) fn principal_of(extensions: &Extensions) -> Option<ServicePrincipal> {
    extensions
        .get::<Authentication>()?
        .principal()
        .ok()
        .cloned()
}
