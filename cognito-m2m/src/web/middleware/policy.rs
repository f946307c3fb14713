use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::guard::{Guard, GuardContext};
use actix_web::{Error, HttpMessage};
use pin_project_lite::pin_project;

use crate::error::Refusal;
use crate::policy::Policy;
use crate::web::request::{refused, with_authentication};

/// A policy around an `App`, a `web::scope` or a `web::resource`, judged by itself: the default
/// allowlist belongs to handlers.
impl<S, B> Transform<S, ServiceRequest> for Policy
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type InitError = ();
    type Transform = PolicyMiddleware<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(PolicyMiddleware {
            service,
            policy: Rc::new(self.clone()),
        }))
    }
}

/// A [`Policy`] around a service; Actix makes it.
pub struct PolicyMiddleware<S> {
    service: S,
    policy: Rc<Policy>,
}

impl<S, B> Service<ServiceRequest> for PolicyMiddleware<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Judging<S::Future, B>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let judged = with_authentication(&request.extensions(), |authentication| {
            authentication.evaluate(&self.policy, request.method().as_str())
        });
        match judged {
            Ok(()) => Judging::Serving {
                response: self.service.call(request),
            },
            Err(refusal) => Judging::Refused {
                response: Some(refuse(&refusal, request)),
            },
        }
    }
}

fn refuse<B: MessageBody>(
    refusal: &Refusal,
    request: ServiceRequest,
) -> ServiceResponse<EitherBody<B>> {
    let response = refused(refusal, request.request(), None).error_response();
    request.into_response(response).map_into_right_body()
}

pin_project! {
    /// The answer of a request on its way through [`PolicyMiddleware`].
    #[project = JudgingProjection]
    pub enum Judging<F, B> {
        Serving { #[pin] response: F },
        Refused { response: Option<ServiceResponse<EitherBody<B>>> },
    }
}

impl<F, B> Future for Judging<F, B>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            JudgingProjection::Serving { response } => response
                .poll(cx)
                .map_ok(ServiceResponse::map_into_left_body),
            JudgingProjection::Refused { response } => match response.take() {
                Some(response) => Poll::Ready(Ok(response)),
                // Only a future that is polled after its end comes here.
                None => Poll::Pending,
            },
        }
    }
}

/// A policy for routing: a request that it does not admit is not matched, and so answered 404 (or
/// by the next route that matches; where only a route of a known resource has the guard, with 405).
/// Use `.wrap(policy)` where a refusal should be told.
///
/// Actix judges a scope's guards before that scope's own `.wrap`, so `CognitoAuth` wraps an outer
/// level; where it is missing, nothing matches, and an error is logged.
impl Guard for Policy {
    fn check(&self, context: &GuardContext<'_>) -> bool {
        let judged = with_authentication(&context.req_data(), |authentication| {
            authentication.evaluate(self, context.head().method.as_str())
        });
        if let Err(refusal @ Refusal::Misconfigured(_)) = &judged {
            tracing::error!(reason = refusal.reason(), %refusal, "a policy for routing matches nothing");
        }
        judged.is_ok()
    }
}
