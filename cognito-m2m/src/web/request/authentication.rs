use std::cell::Cell;
use std::rc::Rc;

use actix_web::HttpRequest;
use actix_web::dev::Extensions;

use super::coverage::Coverage;
use super::recording::{PublicMark, Refuser};
use crate::client_id::ClientId;
use crate::error::{AuthenticationError, Misconfiguration, Refusal};
use crate::policy::{
    Layer, LayerDenial, Layers, PathParameters, Policy, PolicyInput, evaluate_settings,
};
use crate::principal::ServicePrincipal;
use crate::users::UserLookup;
use crate::web::cognito_auth::{Caller, WorkerState};

/// The result of authenticating a request. The middleware stores it in the request's extensions.
pub(in crate::web) struct Authentication {
    pub(in crate::web) state: WorkerState,
    pub(in crate::web) outcome: Outcome,
    /// The attributes of the handler, once its guard has admitted the request.
    pub(in crate::web) layers: Cell<Option<&'static Layers>>,
    /// `true` if a test stored the principal. A token in the request takes precedence over it.
    pub(in crate::web) is_preset: bool,
    /// The lookup of the principal's user, shared by all extractors of the request.
    pub(in crate::web) lookup: Option<Rc<UserLookup>>,
    /// `true` once a refusal of the request has been logged.
    pub(in crate::web) is_refused: Cell<bool>,
    pub(in crate::web) coverage: Coverage,
}

/// The place of an extractor in a handler's arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::web) enum Extraction {
    /// An argument: the handler runs only if the extractor succeeds.
    Required,
    /// In an `Option` or a `Result`: the handler runs in any case.
    Optional,
}

/// The principal of a request, or the reason why there is no principal.
#[derive(Clone)]
pub(in crate::web) enum Outcome {
    /// The request has no token.
    Absent,
    Verified(Rc<Caller>),
    /// The request has a token that was refused.
    Refused(Box<Refusal>),
}

impl Authentication {
    #[inline]
    pub(in crate::web) fn new(state: WorkerState, outcome: Outcome) -> Self {
        Self {
            state,
            outcome,
            layers: Cell::new(None),
            is_preset: false,
            lookup: None,
            is_refused: Cell::new(false),
            coverage: Coverage::default(),
        }
    }

    /// Returns `true` if the setting `unguarded_routes` allows the response to the request. A refusal
    /// of this crate is always allowed.
    #[inline]
    pub(in crate::web) fn is_covered(&self) -> bool {
        self.coverage.is_complete() || self.is_refused.get()
    }

    /// Returns the principal, or the refusal of a handler that requires one.
    pub(in crate::web) fn principal(&self) -> Result<&ServicePrincipal, Refusal> {
        let principal = self.verified_principal()?;
        self.input(principal).evaluate_resource_servers()?;
        Ok(principal)
    }

    /// Returns the principal for code that does not require one, but may authorize it.
    pub(in crate::web) fn optional_principal(&self) -> Result<ServicePrincipal, Refusal> {
        Ok(self.coverage.hand_out(self.principal()?))
    }

    /// Returns the principal of a valid token, which may be a token for another API. The caller
    /// evaluates the resource servers.
    #[inline]
    fn verified_principal(&self) -> Result<&ServicePrincipal, Refusal> {
        match &self.outcome {
            Outcome::Verified(caller) => Ok(&caller.principal),
            Outcome::Refused(refusal) => Err(Refusal::clone(refusal)),
            Outcome::Absent => Err(AuthenticationError::Missing.into()),
        }
    }

    #[inline]
    fn input<'a>(&'a self, principal: &'a ServicePrincipal) -> PolicyInput<'a> {
        principal.policy_input(&self.state.policy_defaults)
    }

    /// Evaluates a policy on its own, without the default allowlist.
    pub(in crate::web) fn evaluate(
        &self,
        policy: &Policy,
        method: &str,
        path_parameters: PathParameters<'_>,
    ) -> Result<(), Refusal> {
        let principal = self.verified_principal()?;
        Ok(policy.evaluate(&PolicyInput {
            method,
            path_parameters,
            ..self.input(principal)
        })?)
    }

    /// Evaluates the settings and the attributes of a handler. Returns `true` if an attribute that only
    /// reports denies the request. The error contains the attribute that refused.
    #[inline]
    pub(in crate::web) fn evaluate_layers(
        &self,
        layers: &Layers,
        method: &str,
        path_parameters: PathParameters<'_>,
    ) -> Result<bool, (Refusal, &'static Layer)> {
        let principal = self
            .verified_principal()
            .map_err(|refusal| (refusal, layers.outermost()))?;
        let input = PolicyInput {
            method,
            path_parameters,
            ..self.input(principal)
        };
        layers
            .evaluate(&input)
            .map_err(|(denial, layer)| (denial.into(), layer))
    }

    /// Returns the denials of the attributes that only report.
    pub(in crate::web) fn reported(
        &self,
        layers: &Layers,
        method: &str,
        path_parameters: PathParameters<'_>,
    ) -> Vec<LayerDenial> {
        let Ok(principal) = self.verified_principal() else {
            return Vec::new();
        };
        layers.reported(&PolicyInput {
            method,
            path_parameters,
            ..self.input(principal)
        })
    }

    /// Returns the principal for an extractor, if the settings admit it.
    ///
    /// Actix calls extractors in the order of the handler's arguments. The guard comes first, so it
    /// has already set `layers`.
    pub(in crate::web) fn allowed_principal(
        &self,
        extraction: Extraction,
        request: &HttpRequest,
    ) -> Result<ServicePrincipal, Refusal> {
        if extraction == Extraction::Required {
            self.coverage.set_guarded_by_extractor(request)?;
        }
        let principal = self.verified_principal().and_then(|principal| {
            evaluate_settings(self.layers.get(), &self.input(principal))?;
            Ok(principal)
        });
        if extraction == Extraction::Required
            && let Err(refusal) = &principal
        {
            // An extractor of another crate may answer first.
            self.coverage
                .record_refusal(refusal, Refuser::Authentication);
        }
        principal.map(|principal| self.coverage.hand_out(principal))
    }
}

/// Marks a request as one to a public route. Returns `false` outside of the `CognitoAuth` middleware, where
/// the mark has no effect.
pub(in crate::web) fn mark_public(extensions: &Extensions, mark: PublicMark) -> bool {
    let authentication = extensions.get::<Authentication>();
    authentication
        .map(|authentication| authentication.coverage.set_public(mark))
        .is_some()
}

/// Calls `read` with the authentication of a request. Fails if the `CognitoAuth` middleware is
/// missing.
pub(in crate::web) fn with_authentication<T>(
    extensions: &Extensions,
    read: impl FnOnce(&Authentication) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    match extensions.get::<Authentication>() {
        Some(authentication) => read(authentication),
        None => Err(Misconfiguration::MiddlewareMissing.into()),
    }
}

/// Returns the client of a request for the log, even if its token is for another API.
pub(super) fn client_of(extensions: &Extensions) -> Option<&ClientId> {
    let authentication = extensions.get::<Authentication>()?;
    let principal = authentication.verified_principal().ok()?;
    Some(principal.client_id())
}
