use std::future::{Future, Ready, ready};
use std::ops::ControlFlow;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::HeaderValue;
use actix_web::{Error, HttpMessage};
use pin_project_lite::pin_project;

use crate::box_future::BoxFuture;
use crate::error::Refusal;
use crate::jwks::{Incomplete, PendingFetch};
use crate::policy::Denial;
use crate::token::Credentials;
use crate::web::cognito_auth::{CognitoAuth, State, WorkerState};
use crate::web::request::{Authentication, Outcome, refuse, warn_about_nesting};

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
            return self.serve(request);
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
    fn serve(&self, request: ServiceRequest) -> Authenticating<S::Future, B> {
        Authenticating::Serving {
            response: self.service.call(request),
            state: self.state.clone(),
        }
    }

    fn serve_or_refuse(
        &self,
        request: ServiceRequest,
        outcome: Outcome,
    ) -> Authenticating<S::Future, B> {
        match attach(&self.state, request, outcome) {
            ControlFlow::Continue(request) => self.serve(request),
            ControlFlow::Break(response) => Authenticating::Refused {
                response: Some(response.map_into_right_body()),
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
                match attach(&state, request, outcome) {
                    ControlFlow::Continue(request) => {
                        Ok(replace_denial(&state, service.call(request).await?))
                    }
                    ControlFlow::Break(response) => Ok(response.map_into_right_body()),
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
        Serving { #[pin] response: F, state: WorkerState },
        Refused { response: Option<ServiceResponse<EitherBody<B>>> },
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
            AuthenticatingProjection::Serving { response, state } => response
                .poll(cx)
                .map_ok(|response| replace_denial(state, response)),
            AuthenticatingProjection::Refused { response } => match response.take() {
                Some(response) => Poll::Ready(Ok(response)),
                // Reached only if the future is polled again after it completed.
                None => Poll::Pending,
            },
            AuthenticatingProjection::Waiting { response } => response.as_mut().poll(cx),
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

/// Stores the outcome in the request, or returns `ControlFlow::Break` with a response if the token
/// was refused and `fail_on_invalid_bearer` is on.
///
/// Unavailable keys do not cause a response here, because open handlers work without them.
fn attach(
    state: &WorkerState,
    request: ServiceRequest,
    outcome: Outcome,
) -> ControlFlow<ServiceResponse, ServiceRequest> {
    if matches!(&outcome, Outcome::Refused(refusal) if !matches!(refusal, Refusal::Unavailable(_)))
    {
        warn_about_nesting(state, &request);
    }
    match &outcome {
        Outcome::Refused(refusal)
            if state.fail_on_invalid_bearer && !matches!(refusal, Refusal::Unavailable(_)) =>
        {
            let response = refuse(state, refusal, request.request(), None);
            return ControlFlow::Break(request.into_response(response));
        }
        Outcome::Refused(refusal) => {
            tracing::debug!(reason = refusal.reason(), %refusal, "serving the request without a principal");
        }
        Outcome::Verified(principal) => state.record_activity(principal),
        Outcome::Absent => {}
    }
    let authentication = Authentication::new(state.clone(), outcome);
    request.extensions_mut().insert(authentication);
    ControlFlow::Continue(request)
}

/// Replaces the response of a failed `principal.authorize(..)?` with that of the app's responder.
fn replace_denial<B>(state: &State, response: ServiceResponse<B>) -> ServiceResponse<EitherBody<B>>
where
    B: MessageBody + 'static,
{
    let denial = response
        .response()
        .error()
        .and_then(|error| error.as_error::<Denial>())
        .cloned();
    match denial {
        None => response.map_into_left_body(),
        Some(denial) => {
            let replacement = refuse(state, &denial.into(), response.request(), None);
            response.into_response(replacement).map_into_right_body()
        }
    }
}
