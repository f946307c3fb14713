use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::{Error, HttpMessage};
use pin_project_lite::pin_project;

use super::auth::CognitoAuth;
use super::request::{Authentication, Outcome};
use super::state::{FirstLook, State, WorkerState};
use crate::error::Refusal;
use crate::jwks::PendingFetch;
use crate::policy::Denial;
use crate::principal::ServicePrincipal;
use crate::token::Presented;
use crate::validator::BoxFuture;

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

/// [`CognitoAuth`] around a service; Actix makes it.
pub struct CognitoAuthMiddleware<S> {
    service: Rc<S>,
    state: WorkerState,
}

/// How far a token could be judged at once.
enum Step {
    Judged(Outcome),
    /// For a fetch of keys, or for a validator of the team's own.
    Waiting(Option<PendingFetch>),
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
        if is_known(&request, &self.state) {
            return self.go_on(request);
        }
        match first_step(&self.state, &request) {
            Step::Judged(outcome) => self.answer_or_go_on(request, outcome),
            Step::Waiting(pending) => self.wait_for(request, pending),
        }
    }
}

impl<S, B> CognitoAuthMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    fn go_on(&self, request: ServiceRequest) -> Authenticating<S::Future, B> {
        Authenticating::Serving {
            response: self.service.call(request),
            state: self.state.clone(),
        }
    }

    fn answer_or_go_on(
        &self,
        request: ServiceRequest,
        outcome: Outcome,
    ) -> Authenticating<S::Future, B> {
        match attach(&self.state, request, outcome) {
            Attached::GoOn(request) => self.go_on(request),
            Attached::Refused(response) => Authenticating::Refused {
                response: Some(response.map_into_right_body()),
            },
        }
    }

    fn wait_for(
        &self,
        request: ServiceRequest,
        pending: Option<PendingFetch>,
    ) -> Authenticating<S::Future, B> {
        let state = self.state.clone();
        let service = Rc::clone(&self.service);
        Authenticating::Waiting {
            response: Box::pin(async move {
                if let Some(pending) = pending {
                    pending.ended().await;
                }
                let outcome = last_step(&state, &request).await;
                match attach(&state, request, outcome) {
                    Attached::GoOn(request) => Ok(finish(&state, service.call(request).await?)),
                    Attached::Refused(response) => Ok(response.map_into_right_body()),
                }
            }),
        }
    }
}

pin_project! {
    /// The answer of a request on its way through [`CognitoAuthMiddleware`]; a token that can be
    /// judged at once costs no allocation here.
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
            AuthenticatingProjection::Serving { response, state } => {
                response.poll(cx).map_ok(|response| finish(state, response))
            }
            AuthenticatingProjection::Refused { response } => match response.take() {
                Some(response) => Poll::Ready(Ok(response)),
                // Only a future that is polled after its end comes here.
                None => Poll::Pending,
            },
            AuthenticatingProjection::Waiting { response } => response.as_mut().poll(cx),
        }
    }
}

/// Whether a scope further out has judged the request by the same shared state.
fn is_known(request: &ServiceRequest, state: &WorkerState) -> bool {
    let extensions = request.extensions();
    let known = extensions.get::<Authentication>();
    known.is_some_and(|known| known.state.is_same(state))
}

/// A token that stood in the header, or what its absence means.
fn presented<'r>(
    state: &State,
    request: &'r ServiceRequest,
) -> Result<Option<Presented<'r>>, Refusal> {
    let lines = request.headers().get_all(&state.header_name);
    let lines = lines.map(actix_web::http::header::HeaderValue::as_bytes);
    Ok(Presented::find(lines, &state.header_prefix)?)
}

fn first_step(state: &State, request: &ServiceRequest) -> Step {
    match presented(state, request) {
        Ok(Some(presented)) => match state.look_at(presented) {
            FirstLook::Judged(judged) => Step::Judged(outcome(judged)),
            FirstLook::Fetching(pending) => Step::Waiting(Some(pending)),
            FirstLook::Undecided => Step::Waiting(None),
        },
        Ok(None) => Step::Judged(preset_outcome(request).unwrap_or(Outcome::Absent)),
        Err(refusal) => Step::Judged(Outcome::Refused(refusal)),
    }
}

/// The same way once more, now that there is nothing left to wait for.
async fn last_step(state: &State, request: &ServiceRequest) -> Outcome {
    match presented(state, request) {
        Ok(Some(presented)) => outcome(state.settle(presented).await),
        Ok(None) => Outcome::Absent,
        Err(refusal) => Outcome::Refused(refusal),
    }
}

fn outcome(judged: Result<ServicePrincipal, Refusal>) -> Outcome {
    match judged {
        Ok(principal) => Outcome::Verified(principal),
        Err(refusal) => Outcome::Refused(refusal),
    }
}

/// A principal that a test has put into the request holds where no token was sent.
fn preset_outcome(request: &ServiceRequest) -> Option<Outcome> {
    let extensions = request.extensions();
    let preset = extensions
        .get::<Authentication>()
        .filter(|known| known.is_preset)?;
    Some(preset.outcome.clone())
}

/// What becomes of a request once its token has been judged.
enum Attached {
    GoOn(ServiceRequest),
    Refused(ServiceResponse),
}

/// Leaves the outcome in the request, or refuses where the settings say so. Keys that can't be had
/// are never refused here: an open handler needs none.
fn attach(state: &WorkerState, request: ServiceRequest, outcome: Outcome) -> Attached {
    match &outcome {
        Outcome::Refused(refusal)
            if state.fail_on_invalid_bearer && !matches!(refusal, Refusal::Unavailable(_)) =>
        {
            let response = state.refuse(refusal, request.request(), None);
            return Attached::Refused(request.into_response(response));
        }
        Outcome::Refused(refusal) => {
            tracing::debug!(reason = refusal.reason(), %refusal, "the request goes on without a principal");
        }
        Outcome::Verified(principal) => state.note(principal),
        Outcome::Absent => {}
    }
    request.extensions_mut().insert(Authentication {
        state: state.clone(),
        outcome,
        is_guarded: false,
        is_preset: false,
        lookup: None,
    });
    Attached::GoOn(request)
}

/// Gives the denial of `principal.authorize(..)?` the shape that every other refusal has.
fn finish<B>(state: &State, response: ServiceResponse<B>) -> ServiceResponse<EitherBody<B>>
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
            let answer = state.refuse(&denial.into(), response.request(), None);
            response.into_response(answer).map_into_right_body()
        }
    }
}
