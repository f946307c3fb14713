use std::future::{Future, Ready, ready};
use std::ops::ControlFlow;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{
    Response, Service, ServiceRequest, ServiceResponse, Transform, forward_ready,
};
use actix_web::http::header::HeaderValue;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError};
use pin_project_lite::pin_project;

use super::unguarded;
use crate::box_future::BoxFuture;
use crate::cutoff::CutoffRefusal;
use crate::error::Refusal;
use crate::jwks::{Incomplete, PendingFetch};
use crate::token::Credentials;
use crate::web::cognito_auth::{CognitoAuth, State, WorkerState};
use crate::web::request::{
    Authentication, Outcome, Recording, RefusedBy, RefusedRequest, find_error, refuse,
    returned_refusal, warn_about_nesting,
};

impl<S, B> Transform<S, ServiceRequest> for CognitoAuth
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type InitError = ();
    type Transform = CognitoAuthMiddleware<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        // Logs an error if the server was forked after the build. Requests check it only where they
        // would wait for the background thread.
        let _ = self.state().has_forked();
        ready(Ok(CognitoAuthMiddleware {
            service: Rc::new(service),
            state: WorkerState::new(self.state()),
        }))
    }
}

/// The service that [`CognitoAuth`] wraps around another service. Actix creates it.
pub struct CognitoAuthMiddleware<S> {
    service: Rc<S>,
    state: WorkerState,
}

impl<S, B> Service<ServiceRequest> for CognitoAuthMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Authenticating<S::Future, B>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        if is_authenticated(&request, &self.state) {
            return self.serve(request, Checks::NONE);
        }
        match try_authenticate(&self.state, &request) {
            Ok(outcome) => self.serve_or_refuse(request, outcome),
            Err(fetch) => self.serve_after(fetch, request),
        }
    }
}

impl<S, B> CognitoAuthMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    fn serve(&self, request: ServiceRequest, checks: Checks) -> Authenticating<S::Future, B> {
        Authenticating::Serving {
            response: self.service.call(request),
            state: self.state.clone(),
            checks,
        }
    }

    fn serve_or_refuse(
        &self,
        request: ServiceRequest,
        outcome: Outcome,
    ) -> Authenticating<S::Future, B> {
        let checks = Checks::after(&outcome);
        match attach(&self.state, request, outcome) {
            ControlFlow::Continue(request) => self.serve(request, checks),
            ControlFlow::Break(refused) => Authenticating::Refused {
                refused: Some(refused),
                state: self.state.clone(),
            },
        }
    }

    fn serve_after(
        &self,
        fetch: PendingFetch,
        request: ServiceRequest,
    ) -> Authenticating<S::Future, B> {
        let state = self.state.clone();
        let service = Rc::clone(&self.service);
        Authenticating::Waiting {
            response: Box::pin(async move {
                fetch.ended().await;
                let outcome = authenticate(&state, &request).await;
                let checks = Checks::after(&outcome);
                match attach(&state, request, outcome) {
                    ControlFlow::Continue(request) => {
                        finish(&state, service.call(request).await, checks)
                    }
                    ControlFlow::Break(refused) => Ok(refused.into_response(&state)),
                }
            }),
        }
    }
}

pin_project! {
    /// The response future of [`CognitoAuthMiddleware`]. It allocates only if the token cannot be
    /// validated immediately.
    #[project = AuthenticatingProjection]
    pub enum Authenticating<F, B> {
        Serving { #[pin] response: F, state: WorkerState, checks: Checks },
        Refused { refused: Option<RefusedToken>, state: WorkerState },
        Waiting { response: BoxFuture<'static, Result<ServiceResponse<EitherBody<B>>, Error>> },
    }
}

impl<F, B> Future for Authenticating<F, B>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody + 'static,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            AuthenticatingProjection::Serving {
                response,
                state,
                checks,
            } => response
                .poll(cx)
                .map(|response| finish(state, response, *checks)),
            AuthenticatingProjection::Refused { refused, state } => match refused.take() {
                Some(refused) => Poll::Ready(Ok(refused.into_response(state))),
                // Reached only if the future is polled again after it completed.
                None => Poll::Pending,
            },
            AuthenticatingProjection::Waiting { response } => response.as_mut().poll(cx),
        }
    }
}

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
    const NONE: Self = Self {
        is_token_refused: false,
        is_outermost: false,
    };

    fn after(outcome: &Outcome) -> Self {
        Self {
            is_token_refused: matches!(outcome, Outcome::Refused(_)),
            is_outermost: true,
        }
    }
}

/// Returns `true` if a middleware with the same state has already authenticated the request, in an
/// outer scope.
fn is_authenticated(request: &ServiceRequest, state: &WorkerState) -> bool {
    let extensions = request.extensions();
    let authentication = extensions.get::<Authentication>();
    authentication.is_some_and(|authentication| authentication.state.is_same(state))
}

fn credentials<'r>(
    state: &State,
    request: &'r ServiceRequest,
) -> Result<Option<Credentials<'r>>, Refusal> {
    let lines = request.headers().get_all(&state.header_name);
    let lines = lines.map(HeaderValue::as_bytes);
    Ok(Credentials::find(lines, state.header_prefix.as_str())?)
}

/// Authenticates a request without waiting, or returns the fetch that it has to wait for.
fn try_authenticate(state: &State, request: &ServiceRequest) -> Result<Outcome, PendingFetch> {
    let credentials = match credentials(state, request) {
        Ok(Some(credentials)) => credentials,
        Ok(None) => return Ok(preset_outcome(request).unwrap_or(Outcome::Absent)),
        Err(refusal) => return Ok(Outcome::Refused(refusal)),
    };
    match state.try_authenticate(credentials) {
        Ok(principal) => Ok(Outcome::Verified(principal)),
        Err(Incomplete::Failed(refusal)) => Ok(Outcome::Refused(refusal)),
        Err(Incomplete::Waiting(fetch)) => Err(fetch),
    }
}

/// Authenticates a request after the fetch that it waited for has ended.
async fn authenticate(state: &State, request: &ServiceRequest) -> Outcome {
    let authenticated = match credentials(state, request) {
        Ok(Some(credentials)) => state.authenticate(credentials).await,
        Ok(None) => return Outcome::Absent,
        Err(refusal) => Err(refusal),
    };
    authenticated.map_or_else(Outcome::Refused, Outcome::Verified)
}

/// Returns the outcome that a test stored in the request.
fn preset_outcome(request: &ServiceRequest) -> Option<Outcome> {
    let extensions = request.extensions();
    let preset = extensions
        .get::<Authentication>()
        .filter(|authentication| authentication.is_preset)?;
    Some(preset.outcome.clone())
}

/// A request that the middleware refuses because of its token.
///
/// It is logged when the future of the response is polled, because other middleware has entered its
/// spans by then.
pub struct RefusedToken {
    request: ServiceRequest,
    refusal: Refusal,
}

impl RefusedToken {
    fn into_response<B>(self, state: &State) -> ServiceResponse<EitherBody<B>> {
        let Self { request, refusal } = self;
        let by = RefusedBy::Authentication;
        let response = refuse(Some(state), &refusal, by, request.request());
        request.into_response(response).map_into_right_body()
    }
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

/// Stores the outcome in the request, or returns `ControlFlow::Break` if the token was refused and
/// `fail_on_invalid_bearer` is on.
fn attach(
    state: &WorkerState,
    request: ServiceRequest,
    outcome: Outcome,
) -> ControlFlow<RefusedToken, ServiceRequest> {
    if matches!(&outcome, Outcome::Refused(refusal) if is_middleware_refusal(refusal)) {
        warn_about_nesting(state, &request);
    }
    match outcome {
        Outcome::Refused(refusal)
            if state.fail_on_invalid_bearer && is_middleware_refusal(&refusal) =>
        {
            return ControlFlow::Break(RefusedToken { request, refusal });
        }
        Outcome::Verified(ref principal) => state.record_activity(principal),
        Outcome::Refused(_) | Outcome::Absent => {}
    }
    let authentication = Authentication::new(state.clone(), outcome);
    let mut extensions = request.extensions_mut();
    if let Some(outer) = extensions.insert(authentication)
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
    drop(extensions);
    ControlFlow::Continue(request)
}

/// Completes the response to a request that the middleware did not refuse.
fn finish<B>(
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
