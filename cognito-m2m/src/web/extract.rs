use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};

use super::guard::RefusalFn;
use super::request::{Authentication, Outcome, with_authentication};
use super::response::{DefaultResponder, RefusalResponder};
use crate::error::Refusal;
use crate::principal::ServicePrincipal;

/// The principal of a guarded handler; where there is none, the request is refused.
///
/// A handler without an attribute that takes it counts as `#[require_authentication]`, the default
/// allowlist included. `Option<ServicePrincipal>` would turn every failure into `None`, a forged
/// token too: take [`OptionalPrincipal`] instead.
impl FromRequest for ServicePrincipal {
    type Error = Error;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let principal = with_authentication(&request.extensions(), |authentication| {
            authentication.judge_by_default().cloned()
        });
        Extraction::new(principal, request, None)
    }
}

/// The principal of a handler that is open to everyone.
///
/// It holds none only where no token was sent: a malformed, forged or expired token is refused,
/// and so is a token that can't be judged right now.
///
/// # Examples
///
/// ```
/// use actix_web::Responder;
/// use cognito_m2m::OptionalPrincipal;
///
/// async fn catalogue(principal: OptionalPrincipal) -> impl Responder {
///     match principal.as_ref() {
///         Some(principal) => format!("prices for {}", principal.client_id()),
///         None => "prices for everyone".to_owned(),
///     }
/// }
///
/// async fn whoami(principal: OptionalPrincipal) -> Option<String> {
///     principal.into_inner().map(|principal| principal.client_id().to_string())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct OptionalPrincipal(Option<ServicePrincipal>);

impl OptionalPrincipal {
    /// The principal, for good.
    #[must_use]
    pub fn into_inner(self) -> Option<ServicePrincipal> {
        self.0
    }
}

impl Deref for OptionalPrincipal {
    type Target = Option<ServicePrincipal>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl FromRequest for OptionalPrincipal {
    type Error = Error;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let principal =
            with_authentication(
                &request.extensions(),
                |authentication| match &authentication.outcome {
                    Outcome::Absent => Ok(Self(None)),
                    Outcome::Verified(principal) => Ok(Self(Some(principal.clone()))),
                    Outcome::Refused(refusal) => Err(refusal.clone()),
                },
            );
        Extraction::new(principal, request, None)
    }
}

/// What an extractor has found, ready at the first poll.
///
/// Actix calls every extractor and then polls them in order: only the first refusal is logged and
/// answered, so that happens here and not earlier.
pub struct Extraction<T>(Option<Result<T, PendingRefusal>>);

struct PendingRefusal {
    refusal: Refusal,
    request: HttpRequest,
    own: Option<RefusalFn>,
}

impl<T> Extraction<T> {
    pub(super) fn new(
        found: Result<T, Refusal>,
        request: &HttpRequest,
        own: Option<RefusalFn>,
    ) -> Self {
        Self(Some(found.map_err(|refusal| PendingRefusal {
            refusal,
            request: request.clone(),
            own,
        })))
    }
}

// Nothing is ever pinned by it.
impl<T> Unpin for Extraction<T> {}

impl<T> Future for Extraction<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match self.0.take() {
            Some(Ok(found)) => Poll::Ready(Ok(found)),
            Some(Err(pending)) => {
                let PendingRefusal {
                    refusal,
                    request,
                    own,
                } = pending;
                Poll::Ready(Err(refused(&refusal, &request, own)))
            }
            // Only a future that is polled after its end comes here.
            None => Poll::Pending,
        }
    }
}

/// Logs a refusal and turns the answer into what an extractor may return.
pub(super) fn refused(refusal: &Refusal, request: &HttpRequest, own: Option<RefusalFn>) -> Error {
    let state = request
        .extensions()
        .get::<Authentication>()
        .map(|found| found.state.clone());
    let response = match state {
        Some(state) => state.refuse(refusal, request, own),
        None => {
            let route = request.match_pattern();
            tracing::error!(reason = refusal.reason(), route, %refusal, "request refused");
            DefaultResponder::default().respond(refusal, request)
        }
    };
    InternalError::from_response(refusal.reason(), response).into()
}
