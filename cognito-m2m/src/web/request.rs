use std::rc::Rc;

use actix_web::dev::{Extensions, ServiceRequest};
use actix_web::{HttpMessage, HttpRequest};

use super::state::WorkerState;
use super::user::Lookup;
use crate::client_id::ClientId;
use crate::error::{AuthenticationError, Refusal, WiringFault};
use crate::policy::{Denial, Layer, Layers, Policy};
use crate::principal::ServicePrincipal;
use crate::scope::ScopeSet;

/// What the middleware has found out about a request; it lives in the request's extensions.
pub(crate) struct Authentication {
    pub(super) state: WorkerState,
    pub(super) outcome: Outcome,
    /// An attribute's guard has judged already, the default allowlist included.
    pub(super) is_guarded: bool,
    /// A test has put the principal here, and no token speaks against it.
    pub(super) is_preset: bool,
    /// The one lookup of the caller's user, once somebody has asked for it.
    pub(super) lookup: Option<Rc<Lookup>>,
}

#[derive(Clone)]
pub(super) enum Outcome {
    /// No token was sent.
    Absent,
    Verified(ServicePrincipal),
    /// A token was sent, and this came of it.
    Refused(Refusal),
}

impl Authentication {
    /// The principal, or the refusal that its absence means.
    pub(super) fn principal(&self) -> Result<&ServicePrincipal, Refusal> {
        match &self.outcome {
            Outcome::Verified(principal) => Ok(principal),
            Outcome::Refused(refusal) => Err(refusal.clone()),
            Outcome::Absent => Err(AuthenticationError::Missing.into()),
        }
    }

    pub(super) fn judge(&self, policy: &Policy, method: &str) -> Result<(), Refusal> {
        let principal = self.principal()?;
        Ok(policy.judge(&self.state.rulebook.facts(principal, method))?)
    }

    pub(super) fn judge_layers(
        &self,
        layers: &Layers,
        method: &str,
    ) -> Result<(), (Refusal, &'static Layer)> {
        let outermost = layers.outermost();
        let principal = self.principal().map_err(|refusal| (refusal, outermost))?;
        let facts = self.state.rulebook.facts(principal, method);
        layers
            .judge(&facts)
            .map_err(|(denial, layer)| (denial.into(), layer))
    }

    /// What a handler asks that has no attribute and takes a principal: the default allowlist.
    pub(super) fn judge_by_default(&self) -> Result<&ServicePrincipal, Refusal> {
        let principal = self.principal()?;
        let allowed = self.state.rulebook.defaults.allowed_clients.as_ref();
        match allowed.filter(|_| !self.is_guarded) {
            Some(allowed) if !allowed.contains(principal) => Err(Denial::Client.into()),
            _ => Ok(principal),
        }
    }
}

/// Looks at what the middleware has left; its absence is a mistake of the program.
pub(super) fn with_authentication<T>(
    extensions: &Extensions,
    read: impl FnOnce(&Authentication) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    match extensions.get::<Authentication>() {
        Some(authentication) => read(authentication),
        None => Err(WiringFault::MiddlewareMissing.into()),
    }
}

pub(super) fn principal_of(extensions: &Extensions) -> Option<ServicePrincipal> {
    extensions
        .get::<Authentication>()?
        .principal()
        .ok()
        .cloned()
}

/// What any handler or middleware can ask a request, guarded or not.
///
/// # Examples
///
/// ```
/// use actix_web::{HttpRequest, Responder};
/// use cognito_m2m::RequestPrincipal;
///
/// async fn greet(request: HttpRequest) -> impl Responder {
///     match request.client_id() {
///         Some(client_id) => format!("hello, {client_id}"),
///         None => "hello, whoever you are".to_owned(),
///     }
/// }
/// ```
pub trait RequestPrincipal {
    /// The principal that the middleware has attached.
    fn service_principal(&self) -> Option<ServicePrincipal>;

    /// The client id of the principal.
    fn client_id(&self) -> Option<ClientId> {
        self.service_principal()
            .map(|principal| principal.client_id().clone())
    }

    /// The scopes of the principal; none at all where there is no principal.
    fn scopes(&self) -> ScopeSet {
        self.service_principal()
            .map(|principal| principal.scopes().clone())
            .unwrap_or_default()
    }

    /// Whether a machine has proved its identity.
    fn is_machine_authenticated(&self) -> bool {
        self.service_principal().is_some()
    }
}

impl RequestPrincipal for HttpRequest {
    fn service_principal(&self) -> Option<ServicePrincipal> {
        principal_of(&self.extensions())
    }
}

impl RequestPrincipal for ServiceRequest {
    fn service_principal(&self) -> Option<ServicePrincipal> {
        principal_of(&self.extensions())
    }
}
