use std::collections::HashMap;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::HeaderName;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

use super::guard::RefusalFn;
use super::response::RefusalResponder;
use crate::activity::Recorder;
use crate::error::{AuthenticationError, Refusal};
use crate::jwks::PendingFetch;
use crate::policy::{ClientList, Denial, Rulebook};
use crate::pool::PoolName;
use crate::principal::ServicePrincipal;
use crate::runtime::Background;
use crate::time::Clock;
use crate::token::{BearerToken, NoToken, Presented};
use crate::users::{UserMappingError, Users};
use crate::validator::{Gate, TokenValidator, Verification};

/// What all clones of one `CognitoAuth` share.
pub(crate) struct State {
    pub(super) validation: Validation,
    pub(super) header_name: HeaderName,
    pub(super) header_prefix: Box<str>,
    pub(super) max_token_bytes: usize,
    pub(super) fail_on_invalid_bearer: bool,
    pub(super) rulebook: Arc<Rulebook>,
    pub(super) admitted_clients: HashMap<PoolName, ClientList>,
    pub(super) users: Users,
    /// None where client activity is not tracked.
    pub(super) activity: Option<Arc<Recorder>>,
    pub(super) responder: Box<dyn RefusalResponder>,
    pub(super) background: Background,
    pub(super) shutdown_timeout: Duration,
    pub(super) clock: Arc<dyn Clock>,
}

/// The state as the requests of one worker share it.
#[expect(
    clippy::redundant_allocation,
    reason = "an `Arc` that all requests count would pass from worker to worker with its cache line"
)]
#[derive(Clone)]
pub(super) struct WorkerState(Rc<Arc<State>>);

impl WorkerState {
    pub(super) fn new(state: &Arc<State>) -> Self {
        Self(Rc::new(Arc::clone(state)))
    }

    /// Whether both are of one `CognitoAuth`, be it of two workers or scopes.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Deref for WorkerState {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

pub(super) enum Validation {
    BuiltIn(Gate),
    Own(Box<dyn TokenValidator>),
}

/// What can be said of a token at once.
pub(super) enum FirstLook {
    Judged(Result<ServicePrincipal, Refusal>),
    /// Its key may be on the way: wait for it, then [`State::settle`].
    Fetching(PendingFetch),
    /// A validator of the team's own has to be asked: [`State::settle`].
    Undecided,
}

impl State {
    /// Judges a token as far as that needs no waiting.
    pub(super) fn look_at(&self, presented: Presented<'_>) -> FirstLook {
        let Validation::BuiltIn(gate) = &self.validation else {
            return FirstLook::Undecided;
        };
        if let Some(principal) = gate.recognize(presented) {
            return FirstLook::Judged(self.admit(principal));
        }
        match self.token(presented).map(|token| gate.verify(token)) {
            Ok(Verification::Done(verified)) => {
                let verified = verified.map_err(Refusal::from);
                FirstLook::Judged(verified.and_then(|principal| self.admit(principal)))
            }
            Ok(Verification::Fetching(pending)) => FirstLook::Fetching(pending),
            Err(refusal) => FirstLook::Judged(Err(refusal)),
        }
    }

    /// Judges a token for good, with the keys that are there.
    pub(super) async fn settle(
        &self,
        presented: Presented<'_>,
    ) -> Result<ServicePrincipal, Refusal> {
        let token = self.token(presented)?;
        let principal = match &self.validation {
            Validation::BuiltIn(gate) => gate.settle(token)?,
            Validation::Own(validator) => {
                let claims = validator.validate(token).await?;
                let rulebook = Arc::clone(&self.rulebook);
                ServicePrincipal::from_claims(claims, token.as_str(), rulebook)
                    .map_err(AuthenticationError::from)?
            }
        };
        self.admit(principal)
    }

    fn token<'h>(&self, presented: Presented<'h>) -> Result<BearerToken<'h>, Refusal> {
        presented
            .into_token(self.max_token_bytes)
            .map_err(|why| match why {
                NoToken::Malformed(why) => why.into(),
                NoToken::Invalid(why) => AuthenticationError::from(why).into(),
            })
    }

    /// The gate of a user pool: which of its clients are admitted at all. It is asked on every
    /// request, also for tokens that were verified before.
    fn admit(&self, principal: ServicePrincipal) -> Result<ServicePrincipal, Refusal> {
        let admitted = self.admitted_clients.get(principal.pool());
        if admitted.is_none_or(|clients| clients.contains(&principal)) {
            Ok(principal)
        } else {
            Err(Denial::Client.into())
        }
    }

    /// Notes that a client was there: a map entry, nothing more.
    pub(super) fn note(&self, principal: &ServicePrincipal) {
        if let Some(recorder) = &self.activity {
            recorder.note(principal, self.clock.wall());
        }
    }

    /// Logs a refusal and makes the answer, by a handler's own function where there is one.
    pub(super) fn refuse(
        &self,
        refusal: &Refusal,
        request: &HttpRequest,
        own: Option<RefusalFn>,
    ) -> HttpResponse {
        self.log(refusal, request);
        let response = match own {
            Some(own) => own(refusal, request),
            None => self.responder.respond(refusal, request),
        };
        if response.status().is_client_error() || response.status().is_server_error() {
            return response;
        }
        tracing::error!(
            status = response.status().as_u16(),
            reason = refusal.reason(),
            "a refusal was answered with a status below 400: answered 500 instead, correct the responder"
        );
        HttpResponse::InternalServerError().finish()
    }

    /// One line for each refusal: the route and not the path, which the caller has written.
    fn log(&self, refusal: &Refusal, request: &HttpRequest) {
        let reason = refusal.reason();
        let method = request.method().as_str();
        let route = request.match_pattern();
        let principal = super::request::principal_of(&request.extensions());
        let client_id = principal
            .as_ref()
            .map(|principal| principal.client_id().as_str());
        let cause = match refusal {
            Refusal::Unavailable(_) => self.key_faults(),
            Refusal::UserMapping(error) => cause_of(error),
            Refusal::Wiring(_) | Refusal::Authentication(_) | Refusal::Authorization(_) => None,
        };
        match refusal {
            Refusal::Wiring(_)
            | Refusal::UserMapping(UserMappingError::Failed(_) | UserMappingError::Ambiguous(_)) => {
                tracing::error!(reason, method, route, client_id, cause, %refusal, "request refused");
            }
            Refusal::Unavailable(_)
            | Refusal::UserMapping(
                UserMappingError::Unavailable(_) | UserMappingError::TimedOut(_),
            ) => {
                tracing::warn!(reason, method, route, client_id, cause, %refusal, "request refused");
            }
            Refusal::Authentication(_)
            | Refusal::Authorization(_)
            | Refusal::UserMapping(UserMappingError::NotMapped) => {
                tracing::info!(reason, method, route, client_id, %refusal, "request refused");
            }
        }
    }

    /// What the last fetches of keys have run into, pool by pool.
    fn key_faults(&self) -> Option<String> {
        let Validation::BuiltIn(gate) = &self.validation else {
            return None;
        };
        let faults = gate.pools().iter().filter_map(|pool| {
            let error = pool.keys.snapshot().last_error.clone()?;
            let source = std::error::Error::source(&error);
            let source = source.map_or_else(String::new, |source| format!(": {source}"));
            Some(format!("{}: {error}{source}", pool.name))
        });
        let faults: Vec<_> = faults.collect();
        (!faults.is_empty()).then(|| faults.join("; "))
    }
}

/// What a mapper has run into, escaped: it may repeat what a token says.
fn cause_of(error: &UserMappingError) -> Option<String> {
    let source = std::error::Error::source(error)?;
    Some(source.to_string().escape_debug().collect())
}
