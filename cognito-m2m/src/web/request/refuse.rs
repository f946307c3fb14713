use std::error::Error as StdError;
use std::rc::Rc;

use actix_web::dev::Extensions;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use tracing::Level;

use super::authentication::{Authentication, client_of};
use super::missing_token::cause_of_missing_token;
use super::recording::{Recording, Refuser};
use crate::client_id::ClientId;
use crate::cutoff::CutoffRefusal;
use crate::error::{AuthenticationError, Misconfiguration, Refusal};
use crate::error_chain::{causes, chain};
use crate::policy::{Denial, Layer, Policy};
use crate::scope::Scope;
use crate::web::cognito_auth::{State, Validation, WorkerState};
use crate::web::responder::{DefaultResponder, RefusalFn, RefusalResponder};

/// The name of the default service in log lines about unguarded routes. It has no route pattern.
pub(in crate::web) const DEFAULT_SERVICE: &str = "(default)";

/// The part of the program that refused a request. The log line describes it.
#[derive(Clone, Copy)]
pub(in crate::web) enum RefusedBy<'r> {
    /// The middleware or an extractor.
    Authentication,
    /// An attribute of the handler or of one of its modules.
    Attribute(&'static Layer),
    /// A policy around a scope or a resource.
    Policy(&'r Policy),
    /// The handler, by returning this error.
    Handler(&'r (dyn StdError + 'static)),
}

impl RefusedBy<'_> {
    fn attribute(self) -> Option<&'static Layer> {
        match self {
            Self::Attribute(layer) => Some(layer),
            Self::Authentication | Self::Policy(_) | Self::Handler(_) => None,
        }
    }

    fn refuser(self) -> Refuser {
        match self {
            Self::Authentication => Refuser::Authentication,
            Self::Attribute(layer) => Refuser::Attribute(layer),
            Self::Policy(_) => Refuser::Wrap,
            Self::Handler(_) => Refuser::Handler,
        }
    }

    /// Returns the client groups that the refusing policy names, separated by commas.
    fn client_groups(&self) -> Option<String> {
        let policy = match self {
            Self::Attribute(layer) => &layer.policy,
            Self::Policy(policy) => policy,
            Self::Authentication | Self::Handler(_) => return None,
        };
        let groups: Vec<_> = policy.groups().collect();
        (!groups.is_empty()).then(|| groups.join(","))
    }
}

/// Logs a refusal and returns its response. `state` is `None` outside of the `CognitoAuth`
/// middleware.
pub(in crate::web) fn refuse(
    state: Option<&State>,
    refusal: &Refusal,
    by: RefusedBy<'_>,
    request: &HttpRequest,
) -> HttpResponse {
    log(state, refusal, by, request);
    respond(state, refusal, request, None)
}

/// Returns the state of the middleware that authenticated a request.
pub(in crate::web) fn state_of(request: &HttpRequest) -> Option<WorkerState> {
    let extensions = request.extensions();
    let authentication = extensions.get::<Authentication>()?;
    Some(authentication.state.clone())
}

/// Returns the response to a refusal, from `custom_response` if the handler has one and from the
/// app's responder otherwise. Outside of the `CognitoAuth` middleware, the default responder creates
/// it.
pub(super) fn respond(
    state: Option<&State>,
    refusal: &Refusal,
    request: &HttpRequest,
    custom_response: Option<RefusalFn>,
) -> HttpResponse {
    let Some(state) = state else {
        return DefaultResponder::default().respond(refusal, request);
    };
    let response = state.realm.apply(|| match custom_response {
        Some(respond) => respond(refusal, request),
        None => state.responder.respond(refusal, request),
    });
    if response.status().is_client_error() || response.status().is_server_error() {
        return response;
    }
    tracing::error!(
        status = response.status().as_u16(),
        reason = refusal.reason(),
        "the responder answered a refusal with a status below 400; sent 500 instead"
    );
    HttpResponse::InternalServerError().finish()
}

/// Logs one line for a refusal.
pub(super) fn log(
    state: Option<&State>,
    refusal: &Refusal,
    by: RefusedBy<'_>,
    request: &HttpRequest,
) {
    if let Some(authentication) = request.extensions().get::<Authentication>() {
        authentication.is_refused.set(true);
        authentication
            .coverage
            .record_refusal(refusal, by.refuser());
    } else if state.is_some_and(|state| state.records_guards)
        && let Some(recording) = request.extensions().get::<Rc<Recording>>()
    {
        recording.record_refusal(refusal, by.refuser());
    }
    let level = refusal.log_level();
    write(level, "request refused", state, refusal, by, request);
}

/// Logs one line for a request that an attribute with `danger_report_only` denies. The request is
/// served.
///
/// The level is WARN, so that a log without these lines means that the attribute denies no request,
/// even if the subscriber drops the lines of refusals, which are at INFO.
pub(in crate::web) fn log_would_refuse(denial: Denial, by: &'static Layer, request: &HttpRequest) {
    let by = RefusedBy::Attribute(by);
    write(
        Level::WARN,
        "would_refuse",
        None,
        &denial.into(),
        by,
        request,
    );
}

/// Logs one line. It contains the route but not the path, because the caller controls the path.
fn write(
    level: Level,
    message: &str,
    state: Option<&State>,
    refusal: &Refusal,
    by: RefusedBy<'_>,
    request: &HttpRequest,
) {
    let extensions = request.extensions();
    // Fields are evaluated only if the line is enabled, which makes refusals cheaper.
    macro_rules! event {
        ($level:expr) => {
            tracing::event!(
                $level,
                reason = refusal.reason(),
                method = request.method().as_str(),
                route = route(refusal, request),
                client_id = client_id(refusal, &extensions),
                required_scopes = required_scopes(refusal),
                claim = claim(refusal),
                client_groups = client_groups(refusal, by),
                handler = by.attribute().map(|layer| layer.handler),
                file = by.attribute().map(|layer| layer.file),
                line = by.attribute().map(|layer| layer.line),
                cause = cause(state, refusal, by, request),
                %refusal,
                "{message}"
            )
        };
    }
    match level {
        Level::ERROR => event!(Level::ERROR),
        Level::WARN => event!(Level::WARN),
        _ => event!(Level::INFO),
    }
}

/// Returns the pattern of the route, or `None` if no route matches.
fn route(refusal: &Refusal, request: &HttpRequest) -> Option<String> {
    request.match_pattern().or_else(|| {
        let is_unguarded = matches!(
            refusal,
            Refusal::Misconfigured(Misconfiguration::UnguardedRoute)
        );
        is_unguarded.then(|| DEFAULT_SERVICE.to_owned())
    })
}

fn client_id<'a>(refusal: &'a Refusal, extensions: &'a Extensions) -> Option<&'a str> {
    let client_id = match refusal {
        Refusal::CutOff(CutoffRefusal { client_id, .. }) => Some(client_id),
        _ => client_of(extensions),
    };
    client_id.map(ClientId::as_str)
}

fn client_groups(refusal: &Refusal, by: RefusedBy<'_>) -> Option<String> {
    match refusal {
        Refusal::Authorization(Denial::Client) => by.client_groups(),
        _ => None,
    }
}

/// Returns the errors that caused the refusal.
fn cause(
    state: Option<&State>,
    refusal: &Refusal,
    by: RefusedBy<'_>,
    request: &HttpRequest,
) -> Option<String> {
    match refusal {
        Refusal::Unavailable(_) => state.and_then(key_fetch_errors),
        // The cause may quote claims of the token. The subscriber escapes it, like every string.
        Refusal::UserMapping(error) => causes(error),
        Refusal::Misconfigured(_) => program_error(by),
        Refusal::Authentication(AuthenticationError::Missing) => {
            state.and_then(|state| cause_of_missing_token(state, request))
        }
        Refusal::Authorization(denial) => causes(denial),
        Refusal::CutoffsUnavailable(_) => state.and_then(cutoff_error),
        Refusal::Authentication(_) | Refusal::CutOff(_) => None,
    }
}

/// Returns the scopes that the policy requires for the request, separated by spaces, as in the
/// `WWW-Authenticate` header.
fn required_scopes(refusal: &Refusal) -> Option<String> {
    let Refusal::Authorization(Denial::Scope { required }) = refusal else {
        return None;
    };
    let scopes: Vec<_> = required.iter().map(Scope::as_str).collect();
    (!scopes.is_empty()).then(|| scopes.join(" "))
}

/// Returns the name of the claim that the policy requires. The value in the token is not logged.
fn claim(refusal: &Refusal) -> Option<&str> {
    match refusal {
        Refusal::Authorization(Denial::Claim { name }) => Some(name),
        _ => None,
    }
}

/// Returns the errors, with all their sources, of all user pools whose last key fetch failed.
fn key_fetch_errors(state: &State) -> Option<String> {
    let Validation::BuiltIn(validator) = &state.validation else {
        return None;
    };
    let errors = validator.pools().iter().filter_map(|pool| {
        let error = pool.keys.last_error()?;
        Some(format!("{}: {error}", pool.name))
    });
    let errors: Vec<_> = errors.collect();
    (!errors.is_empty()).then(|| errors.join("; "))
}

/// Returns the error of the last read of the cut-offs, with all its sources.
fn cutoff_error(state: &State) -> Option<String> {
    let error = state.cutoffs.as_ref()?.snapshot().last_error.clone();
    error.map(|error| (*error).to_owned())
}

/// Returns the error that the handler returned.
fn program_error(by: RefusedBy<'_>) -> Option<String> {
    match by {
        RefusedBy::Handler(error) => Some(chain(error)),
        RefusedBy::Authentication | RefusedBy::Attribute(_) | RefusedBy::Policy(_) => None,
    }
}
