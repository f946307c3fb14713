use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};

use super::extraction::extraction;
use crate::principal::ServicePrincipal;
use crate::web::request::{Outcome, refusal_error, with_authentication};

/// Extracts the principal. A request without one is refused.
///
/// A handler that takes a principal but has no attribute is treated as if it had
/// `#[require_authentication]`, including the default allowlist.
///
/// `Option<ServicePrincipal>` turns every failure into `None`, even a forged token or unavailable
/// keys, and nothing is logged. If a token is optional, take an [`OptionalPrincipal`] instead. For the
/// setting `unguarded_routes`, an `Option` or `Result` around the argument is no guard.
///
/// In a middleware, return the error of `request.extract::<ServicePrincipal>()`, or drop it before
/// calling the next service: it contains the request, and Actix panics if it routes a request that
/// has another owner. A middleware that only reads the principal calls
/// [`service_principal`](crate::RequestPrincipal::service_principal) instead.
impl FromRequest for ServicePrincipal {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    #[track_caller]
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let extraction = extraction(request);
        let principal = with_authentication(&request.extensions(), |authentication| {
            authentication.allowed_principal(extraction, request)
        });
        ready(principal.map_err(|refusal| refusal_error(refusal, request)))
    }
}

/// An extractor for the principal of a request, or `None` if the request has no token.
///
/// A malformed, invalid or expired token is refused, and so is a token that cannot be verified
/// because the keys are unavailable, or that is for another API (the setting `resource_servers`). This
/// extractor does not evaluate the default allowlist.
///
/// For the setting `unguarded_routes`, it is no guard, because it admits a request without a token: mark
/// the handler [`#[public]`](crate::public), or call [`authorize`](ServicePrincipal::authorize).
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
    /// Returns the principal, or `None` if the request has no token.
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
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let principal =
            with_authentication(
                &request.extensions(),
                |authentication| match &authentication.outcome {
                    Outcome::Absent => Ok(Self(None)),
                    Outcome::Verified(_) | Outcome::Refused(_) => authentication
                        .optional_principal()
                        .map(|principal| Self(Some(principal))),
                },
            );
        ready(principal.map_err(|refusal| refusal_error(refusal, request)))
    }
}
