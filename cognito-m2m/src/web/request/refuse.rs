use std::error::Error as StdError;

use actix_web::error::InternalError;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};

use super::authentication::{Authentication, principal_of};
use super::missing_token::cause_of_missing_token;
use crate::error::{AuthenticationError, Refusal};
use crate::users::UserMappingError;
use crate::web::cognito_auth::{State, Validation};
use crate::web::responder::{DefaultResponder, RefusalFn, RefusalResponder, log_level};

/// Logs a refusal and returns its response as the error of an extractor.
pub(in crate::web) fn refusal_error(
    refusal: &Refusal,
    request: &HttpRequest,
    custom_response: Option<RefusalFn>,
) -> Error {
    let response = refusal_response(refusal, request, custom_response);
    InternalError::from_response(refusal.reason(), response).into()
}

/// Logs a refusal and returns its response. Outside of the `CognitoAuth` middleware, the default
/// responder creates it.
pub(in crate::web) fn refusal_response(
    refusal: &Refusal,
    request: &HttpRequest,
    custom_response: Option<RefusalFn>,
) -> HttpResponse {
    let state = request
        .extensions()
        .get::<Authentication>()
        .map(|authentication| authentication.state.clone());
    match state {
        Some(state) => refuse(&state, refusal, request, custom_response),
        None => {
            let route = request.match_pattern();
            tracing::error!(reason = refusal.reason(), route, %refusal, "request refused");
            DefaultResponder::default().respond(refusal, request)
        }
    }
}

/// Logs a refusal and returns its response, from `custom_response` if the handler has one and from
/// the app's responder otherwise.
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

/// Logs one line for a refusal. The line contains the route but not the path, because the caller
/// controls the path.
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
        Refusal::Authentication(AuthenticationError::Missing) => {
            cause_of_missing_token(state, request)
        }
        Refusal::Misconfigured(_) | Refusal::Authentication(_) | Refusal::Authorization(_) => None,
    };
    match log_level(refusal) {
        tracing::Level::ERROR => {
            tracing::error!(reason, method, route, client_id, cause, %refusal, "request refused");
        }
        tracing::Level::WARN => {
            tracing::warn!(reason, method, route, client_id, cause, %refusal, "request refused");
        }
        _ => tracing::info!(reason, method, route, client_id, cause, %refusal, "request refused"),
    }
}

/// Returns the errors of all user pools whose last key fetch failed.
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

/// Returns the cause of a user mapping error. It is escaped, because it may quote claims of the
/// token.
fn mapper_error(error: &UserMappingError) -> Option<String> {
    let source = StdError::source(error)?;
    Some(source.to_string().escape_debug().collect())
}
