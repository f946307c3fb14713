use std::error::Error as StdError;

use actix_web::error::InternalError;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};

use super::authentication::{Authentication, principal_of};
use crate::error::Refusal;
use crate::users::UserMappingError;
use crate::web::cognito_auth::{State, Validation};
use crate::web::responder::{DefaultResponder, RefusalFn, RefusalResponder, level_of};

/// Logs a refusal and returns its response as the error of an extractor.
pub(in crate::web) fn refused(
    refusal: &Refusal,
    request: &HttpRequest,
    custom_response: Option<RefusalFn>,
) -> Error {
    let state = request
        .extensions()
        .get::<Authentication>()
        .map(|authentication| authentication.state.clone());
    let response = match state {
        Some(state) => refuse(&state, refusal, request, custom_response),
        None => {
            let route = request.match_pattern();
            tracing::error!(reason = refusal.reason(), route, %refusal, "request refused");
            DefaultResponder::default().respond(refusal, request)
        }
    };
    InternalError::from_response(refusal.reason(), response).into()
}

/// Logs a refusal and returns its response, created by `custom_response` if the handler has one.
pub(in crate::web) fn refuse(
    state: &State,
    refusal: &Refusal,
    request: &HttpRequest,
    custom_response: Option<RefusalFn>,
) -> HttpResponse {
    log(state, refusal, request);
    let response = match custom_response {
        Some(respond) => respond(refusal, request),
        None => state.responder.respond(refusal, request),
    };
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

/// Logs one line per refusal. It contains the route and not the path, which the caller controls.
fn log(state: &State, refusal: &Refusal, request: &HttpRequest) {
    let reason = refusal.reason();
    let method = request.method().as_str();
    let route = request.match_pattern();
    let principal = principal_of(&request.extensions());
    let client_id = principal
        .as_ref()
        .map(|principal| principal.client_id().as_str());
    let cause = match refusal {
        Refusal::Unavailable(_) => key_fetch_errors(state),
        Refusal::UserMapping(error) => mapper_error(error),
        Refusal::Misconfigured(_) | Refusal::Authentication(_) | Refusal::Authorization(_) => None,
    };
    match level_of(refusal) {
        tracing::Level::ERROR => {
            tracing::error!(reason, method, route, client_id, cause, %refusal, "request refused");
        }
        tracing::Level::WARN => {
            tracing::warn!(reason, method, route, client_id, cause, %refusal, "request refused");
        }
        _ => tracing::info!(reason, method, route, client_id, cause, %refusal, "request refused"),
    }
}

/// Returns the error of the last key fetch of each user pool whose last fetch failed.
fn key_fetch_errors(state: &State) -> Option<String> {
    let Validation::BuiltIn(validator) = &state.validation else {
        return None;
    };
    let errors = validator.pools().iter().filter_map(|pool| {
        let error = pool.keys.snapshot().last_error.clone()?;
        let source = StdError::source(&error);
        let source = source.map_or_else(String::new, |source| format!(": {source}"));
        Some(format!("{}: {error}{source}", pool.name))
    });
    let errors: Vec<_> = errors.collect();
    (!errors.is_empty()).then(|| errors.join("; "))
}

/// Returns the error of a user mapper, escaped because it may quote claims of the token.
fn mapper_error(error: &UserMappingError) -> Option<String> {
    let source = StdError::source(error)?;
    Some(source.to_string().escape_debug().collect())
}
