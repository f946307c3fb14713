//! The setting `unguarded_routes`: what happens to the response of a route without a guard.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage, HttpRequest};

use crate::error::Misconfiguration;
use crate::unguarded_routes::UnguardedRoutes;
use crate::web::cognito_auth::WorkerState;
use crate::web::request::{Authentication, DEFAULT_SERVICE, RefusedBy, refuse};

/// Returns `true` if the response needs no [`check`].
#[inline]
pub(super) fn is_allowed<B>(state: &WorkerState, response: &ServiceResponse<B>) -> bool {
    state.unguarded_routes == UnguardedRoutes::Allow
        || is_covered(response.request())
        || is_answer_of_no_route(response.status())
}

/// Reports an unguarded response, or replaces it if the setting is `deny`.
pub(super) fn check<B: MessageBody + 'static>(
    state: &WorkerState,
    response: ServiceResponse<EitherBody<B>>,
) -> ServiceResponse<EitherBody<B>> {
    match state.unguarded_routes {
        UnguardedRoutes::Deny => {
            let refusal = Misconfiguration::UnguardedRoute.into();
            let by = RefusedBy::Authentication;
            let replacement = refuse(Some(state), &refusal, by, response.request());
            response.into_response(replacement).map_into_right_body()
        }
        UnguardedRoutes::Warn | UnguardedRoutes::Allow => {
            warn(state, response.request());
            response
        }
    }
}

#[inline]
fn is_covered(request: &HttpRequest) -> bool {
    let extensions = request.extensions();
    let authentication = extensions.get::<Authentication>();
    authentication.is_some_and(Authentication::is_covered)
}

/// Returns `true` for the responses of Actix to a path or method that no route has. A handler may use
/// them too.
#[inline]
fn is_answer_of_no_route(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED
    )
}

fn warn(state: &WorkerState, request: &HttpRequest) {
    let route = request
        .match_pattern()
        .unwrap_or_else(|| DEFAULT_SERVICE.to_owned());
    let method = method_name(request.method());
    let is_reported_inside = request
        .extensions()
        .get::<Authentication>()
        .is_some_and(|authentication| authentication.coverage.set_reported());
    if state.report((route.clone(), method)) && !is_reported_inside {
        tracing::warn!(
            reason = Misconfiguration::UnguardedRoute.reason(),
            method,
            route,
            "an unguarded route answered: put an attribute on its handler, or mark it `#[public(reason = \"..\")]`"
        );
    }
}

/// Returns the name of a standard method. All others have one name, because callers choose them.
fn method_name(method: &Method) -> &'static str {
    const STANDARD: [&str; 9] = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE",
    ];
    let standard = STANDARD.into_iter().find(|name| method.as_str() == *name);
    standard.unwrap_or("(other)")
}
