use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::Error;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use pin_project_lite::pin_project;

use super::completion::{Checks, complete, is_complete};
use super::outcome::{attach, authenticate, is_authenticated, try_authenticate};
use crate::box_future::BoxFuture;
use crate::error::Refusal;
use crate::jwks::PendingFetch;
use crate::web::cognito_auth::{CognitoAuth, State, WorkerState};
use crate::web::request::{RefusedBy, refuse};

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
        let outcome = match try_authenticate(&self.state, &request) {
            Ok(outcome) => outcome,
            Err(fetch) => return self.serve_after(fetch, request),
        };
        let checks = Checks::after(&outcome);
        match attach(&self.state, &request, outcome) {
            Ok(()) => self.serve(request, checks),
            Err(refusal) => Authenticating::Refused {
                refused: Some(Box::new(RefusedToken { request, refusal })),
                state: self.state.clone(),
            },
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
                match attach(&state, &request, outcome) {
                    Ok(()) => {
                        let response = service.call(request);
                        let serving = Authenticating::Serving {
                            response,
                            state,
                            checks,
                        };
                        serving.await
                    }
                    Err(refusal) => Ok(RefusedToken { request, refusal }.into_response(&state)),
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
        Refused { refused: Option<Box<RefusedToken>>, state: WorkerState },
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
            } => match response.poll(cx) {
                // In one expression, because moving a response costs more than the checks.
                Poll::Ready(Ok(response)) if is_complete(state, &response, *checks) => {
                    Poll::Ready(Ok(response.map_into_left_body()))
                }
                Poll::Ready(response) => Poll::Ready(complete(state, response, *checks)),
                Poll::Pending => Poll::Pending,
            },
            AuthenticatingProjection::Refused { refused, state } => match refused.take() {
                Some(refused) => Poll::Ready(Ok(refused.into_response(state))),
                // Reached only if the future is polled again after it completed.
                None => Poll::Pending,
            },
            AuthenticatingProjection::Waiting { response } => response.as_mut().poll(cx),
        }
    }
}

/// A request that the middleware refuses because of its token.
///
/// It is logged when the future of the response is polled, because other middleware has entered its
/// spans by then.
pub struct RefusedToken {
    request: ServiceRequest,
    refusal: Box<Refusal>,
}

impl RefusedToken {
    fn into_response<B>(self, state: &State) -> ServiceResponse<EitherBody<B>> {
        let Self { request, refusal } = self;
        let by = RefusedBy::Authentication;
        let response = refuse(Some(state), &refusal, by, request.request());
        request.into_response(response).map_into_right_body()
    }
}
