//! The outcome of authenticating a request, and where it is stored.

use std::rc::Rc;

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::HeaderValue;

use crate::cutoff::CutoffRefusal;
use crate::error::Refusal;
use crate::jwks::{Incomplete, PendingFetch};
use crate::time::ClockReading;
use crate::token::Credentials;
use crate::web::cognito_auth::{Caller, State, WorkerState};
use crate::web::request::{Authentication, Outcome, Recording, warn_about_nesting};

/// Returns `true` if a middleware with the same state has already authenticated the request, in an
/// outer scope.
#[inline]
pub(super) fn is_authenticated(request: &ServiceRequest, state: &WorkerState) -> bool {
    let extensions = request.extensions();
    let authentication = extensions.get::<Authentication>();
    authentication.is_some_and(|authentication| authentication.state.is_same(state))
}

#[inline]
fn credentials<'r>(
    state: &State,
    request: &'r ServiceRequest,
) -> Result<Option<Credentials<'r>>, Refusal> {
    let lines = request.headers().get_all(&state.header_name);
    let lines = lines.map(HeaderValue::as_bytes);
    Ok(Credentials::find(lines, state.header_prefix.as_str())?)
}

/// Authenticates a request without waiting, or returns the fetch that it has to wait for.
#[inline]
pub(super) fn try_authenticate(
    state: &WorkerState,
    request: &ServiceRequest,
) -> Result<Outcome, PendingFetch> {
    let credentials = match credentials(state, request) {
        Ok(Some(credentials)) => credentials,
        Ok(None) => return Ok(preset_outcome(state, request).unwrap_or(Outcome::Absent)),
        Err(refusal) => return Ok(Outcome::Refused(refusal.into())),
    };
    let now = state.clock.now();
    match state.try_authenticate_caller(credentials, now) {
        Ok(caller) => Ok(verified(state, caller, now)),
        Err(Incomplete::Failed(refusal)) => Ok(Outcome::Refused(refusal.into())),
        Err(Incomplete::Waiting(fetch)) => Err(fetch),
    }
}

/// Authenticates a request after the fetch that it waited for has ended.
pub(super) async fn authenticate(state: &WorkerState, request: &ServiceRequest) -> Outcome {
    let authenticated = match credentials(state, request) {
        Ok(Some(credentials)) => state.authenticate(credentials).await,
        Ok(None) => return Outcome::Absent,
        Err(refusal) => Err(refusal),
    };
    match authenticated {
        Ok(principal) => verified(state, state.new_caller(principal), state.clock.now()),
        Err(refusal) => Outcome::Refused(refusal.into()),
    }
}

/// Returns the outcome that a test stored in the request.
fn preset_outcome(state: &WorkerState, request: &ServiceRequest) -> Option<Outcome> {
    let extensions = request.extensions();
    let preset = extensions
        .get::<Authentication>()
        .filter(|authentication| authentication.is_preset)?;
    Some(match &preset.outcome {
        Outcome::Verified(caller) => verified(state, Rc::clone(caller), state.clock.now()),
        Outcome::Refused(_) | Outcome::Absent => preset.outcome.clone(),
    })
}

/// Records the activity of a caller, and returns the outcome of its request.
#[inline]
fn verified(state: &WorkerState, caller: Rc<Caller>, now: ClockReading) -> Outcome {
    state.record_activity(&caller, now);
    Outcome::Verified(caller)
}

/// Returns `true` if the middleware may answer with the refusal, and `false` if only guards and
/// extractors do: open handlers work without keys, without cut-offs, and for clients that are shut out.
fn is_middleware_refusal(refusal: &Refusal) -> bool {
    !matches!(
        refusal,
        Refusal::Unavailable(_)
            | Refusal::CutoffsUnavailable(_)
            | Refusal::CutOff(CutoffRefusal {
                is_shut_out: true,
                ..
            })
    )
}

/// Stores the outcome in the request.
///
/// # Errors
///
/// Returns the refusal of the token, if `fail_on_invalid_bearer` is on.
#[inline]
pub(super) fn attach(
    state: &WorkerState,
    request: &ServiceRequest,
    outcome: Outcome,
) -> Result<(), Box<Refusal>> {
    let outcome = match outcome {
        Outcome::Refused(refusal) if is_middleware_refusal(&refusal) => {
            warn_about_nesting(state, request);
            if state.fail_on_invalid_bearer {
                return Err(refusal);
            }
            Outcome::Refused(refusal)
        }
        outcome => outcome,
    };
    let mut extensions = request.extensions_mut();
    if let Some(outer) = extensions.insert(Authentication::new(state.clone(), outcome))
        && let Some(authentication) = extensions.get_mut::<Authentication>()
    {
        authentication.coverage = outer.coverage;
    }
    if state.records_guards {
        let recording = extensions.get::<Rc<Recording>>().cloned();
        if let Some(authentication) = extensions.get_mut::<Authentication>() {
            authentication.coverage.recording = recording;
        }
    }
    Ok(())
}
