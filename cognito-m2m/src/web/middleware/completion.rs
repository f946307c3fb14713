//! What the middleware does with the response.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Response, ServiceResponse};
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError};

use super::unguarded;
use crate::web::cognito_auth::{State, WorkerState};
use crate::web::request::{
    Authentication, Outcome, RefusedBy, RefusedRequest, find_error, refuse, returned_refusal,
};

/// What the middleware does once the request has been served.
#[derive(Clone, Copy)]
pub struct Checks {
    /// `true` if the request has a token that was refused.
    is_token_refused: bool,
    /// `true` if the setting `unguarded_routes` is applied.
    is_outermost: bool,
}

impl Checks {
    /// The middleware with the same state around this one checks everything.
    pub(super) const NONE: Self = Self {
        is_token_refused: false,
        is_outermost: false,
    };

    pub(super) fn after(outcome: &Outcome) -> Self {
        Self {
            is_token_refused: matches!(outcome, Outcome::Refused(_)),
            is_outermost: true,
        }
    }
}

/// Returns `true` if the response needs no change, and nothing has to be logged.
#[inline]
pub(super) fn is_complete<B>(
    state: &WorkerState,
    response: &ServiceResponse<B>,
    checks: Checks,
) -> bool {
    response.response().error().is_none()
        && !checks.is_token_refused
        && (!checks.is_outermost || unguarded::is_allowed(state, response))
}

/// Completes the response to a request that the middleware did not refuse.
#[cold]
pub(super) fn complete<B>(
    state: &WorkerState,
    response: Result<ServiceResponse<B>, Error>,
    checks: Checks,
) -> Result<ServiceResponse<EitherBody<B>>, Error>
where
    B: MessageBody + 'static,
{
    let response = match response {
        Ok(response) => answer_error(state, response),
        Err(error) => error_into_response(error)?.map_into_right_body(),
    };
    if checks.is_token_refused {
        log_if_served(state, &response);
    }
    if !checks.is_outermost || unguarded::is_allowed(state, &response) {
        return Ok(response);
    }
    Ok(unguarded::check(state, response))
}

/// Answers the errors of this crate that Actix has turned into a response.
///
/// The resulting response contains no error: it has been logged, and middleware outside of this one
/// may log the error of a response too.
fn answer_error<B>(state: &State, response: ServiceResponse<B>) -> ServiceResponse<EitherBody<B>>
where
    B: MessageBody + 'static,
{
    let Some(error) = response.response().error() else {
        return response.map_into_left_body();
    };
    if error.as_error::<RefusedRequest>().is_some() {
        return without_error(response).map_into_left_body();
    }
    let replacement = match find_error::<RefusedRequest>(error) {
        Some(refused) => refused.error_response(),
        None => match returned_refusal(error) {
            Some((refusal, cause)) => {
                let by = RefusedBy::Handler(cause);
                refuse(Some(state), &refusal, by, response.request())
            }
            None => return response.map_into_left_body(),
        },
    };
    response.into_response(replacement).map_into_right_body()
}

fn without_error<B>(response: ServiceResponse<B>) -> ServiceResponse<B> {
    let (request, response) = response.into_parts();
    ServiceResponse::new(request, HttpResponse::from(Response::from(response)))
}

/// Turns the error of an extractor that was called by a middleware into a response. Returns other
/// errors unchanged.
fn error_into_response(error: Error) -> Result<ServiceResponse, Error> {
    let Some(refused) = find_error::<RefusedRequest>(&error) else {
        return Err(error);
    };
    let response = refused.error_response();
    Ok(ServiceResponse::new(refused.request().clone(), response))
}

/// Logs that a request was served although its token was refused. A request that was refused for it
/// has been logged already.
fn log_if_served<B>(state: &WorkerState, response: &ServiceResponse<B>) {
    let extensions = response.request().extensions();
    let authentication = extensions
        .get::<Authentication>()
        .filter(|authentication| authentication.state.is_same(state))
        .filter(|authentication| !authentication.is_refused.get());
    if let Some(Authentication {
        outcome: Outcome::Refused(refusal),
        ..
    }) = authentication
    {
        tracing::debug!(reason = refusal.reason(), %refusal, "serving the request without a principal");
    }
}
