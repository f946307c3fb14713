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
use crate::policy::{PathParameters, Policy};
use crate::web::request::{RefusedBy, refuse, state_of, visit_parameters, with_authentication};

/// Authorizes all requests to an `App`, a `web::scope` or a `web::resource`.
///
/// Only the policy is evaluated. The default allowlist applies to handlers only. Path parameters are known
/// only around a resource, see [`Policy::claim_equals_path`].
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

/// The service that a [`Policy`] wraps around another service. Actix creates it.
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
    type Future = Authorizing<S::Future>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let result = with_authentication(&request.extensions(), |authentication| {
            authentication.coverage.set_guarded_by_policy(&self.policy);
            let visit = |visitor: &mut dyn FnMut(&str, &str)| {
                visit_parameters(request.match_info(), visitor);
            };
            // Around an `App` or a scope, the router has yet to find the resource, which may have
            // another parameter of the same name.
            let path_parameters = match request.match_info().unprocessed() {
                "" => PathParameters::from_visit(&visit),
                _ => PathParameters::none(),
            };
            authentication.evaluate(&self.policy, request.method().as_str(), path_parameters)
        });
        match result {
            Ok(()) => Authorizing::Serving {
                response: self.service.call(request),
            },
            Err(refusal) => Authorizing::Refused {
                refused: Some(DeniedRequest {
                    policy: Rc::clone(&self.policy),
                    request,
                    refusal,
                }),
            },
        }
    }
}

/// A request that the policy denies.
///
/// It is logged when the future of the response is polled, because other middleware has entered its
/// spans by then.
pub struct DeniedRequest {
    policy: Rc<Policy>,
    request: ServiceRequest,
    refusal: Refusal,
}

impl DeniedRequest {
    fn into_response<B>(self) -> ServiceResponse<EitherBody<B>> {
        let state = state_of(self.request.request());
        let by = RefusedBy::Policy(&self.policy);
        let response = refuse(state.as_deref(), &self.refusal, by, self.request.request());
        self.request.into_response(response).map_into_right_body()
    }
}

pin_project! {
    /// The response future of [`PolicyMiddleware`].
    #[project = AuthorizingProjection]
    pub enum Authorizing<F> {
        Serving { #[pin] response: F },
        Refused { refused: Option<DeniedRequest> },
    }
}

impl<F, B> Future for Authorizing<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            AuthorizingProjection::Serving { response } => response
                .poll(cx)
                .map_ok(ServiceResponse::map_into_left_body),
            AuthorizingProjection::Refused { refused } => match refused.take() {
                Some(refused) => Poll::Ready(Ok(refused.into_response())),
                // Reached only if the future is polled again after it completed.
                None => Poll::Pending,
            },
        }
    }
}

/// Uses the policy for routing: a request that it denies does not match.
///
/// The next route that matches then serves the request. If there is no other, the response is 404,
/// or 405 if the guard is on the routes of a resource. Use `.wrap(policy)` to respond with 401 or
/// 403 instead.
///
/// Actix evaluates the guards of a scope before the middleware of the same scope, so `CognitoAuth`
/// must wrap an outer level. Without it, no request matches and an error is logged.
impl Guard for Policy {
    fn check(&self, context: &GuardContext<'_>) -> bool {
        let result = with_authentication(&context.req_data(), |authentication| {
            let method = context.head().method.as_str();
            authentication.evaluate(self, method, PathParameters::none())
        });
        if let Err(refusal @ Refusal::Misconfigured(_)) = &result {
            tracing::error!(reason = refusal.reason(), %refusal, "a routing policy matches no request");
        }
        result.is_ok()
    }
}
