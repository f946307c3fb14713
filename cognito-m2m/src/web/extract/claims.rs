use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};
use serde::de::DeserializeOwned;

use crate::error::Refusal;
use crate::policy::Denial;
use crate::principal::ServicePrincipal;
use crate::web::extract::extraction::extraction;
use crate::web::request::{refusal_error, with_authentication};

/// An extractor for the claims of the token, deserialized into a type of your own.
///
/// A handler that takes it but has no attribute is treated as if it had `#[require_authentication]`,
/// including the default allowlist. To require a certain value of a claim, use
/// [`#[require_claim]`](crate::require_claim).
///
/// The claims are those of a verified token. Claims that the type does not mention are ignored, unless it
/// has `#[serde(deny_unknown_fields)]`.
///
/// # Errors
///
/// Requests are refused as for [`ServicePrincipal`]. In addition, the response is 403 with `Claim is not
/// allowed.` if the claims do not fit the type, for example because one is absent or has another JSON
/// type. The log line has the reason `claims`, and the error of `serde` in the field `cause`.
///
/// `Option<TokenClaims<T>>` turns each of these refusals into `None`. If a claim is optional, make the
/// field of the type an `Option`.
///
/// # Examples
///
/// ```
/// use actix_web::Responder;
/// use cognito_m2m::TokenClaims;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct TenantClaims {
///     tenant: String,
///     plan: Option<String>,
/// }
///
/// async fn widgets(claims: TokenClaims<TenantClaims>) -> impl Responder {
///     let plan = claims.plan.as_deref().unwrap_or("free");
///     format!("widgets of {}, which has the plan {plan}", claims.tenant)
/// }
///
/// async fn tenant(claims: TokenClaims<TenantClaims>) -> String {
///     claims.into_inner().tenant
/// }
/// # let _ = (actix_web::web::get().to(widgets), actix_web::web::get().to(tenant));
/// ```
#[derive(Clone)]
pub struct TokenClaims<T>(T);

impl<T> TokenClaims<T> {
    /// Returns the deserialized claims.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for TokenClaims<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for TokenClaims<T> {
    /// Formats the extractor without the claims, since their values may be confidential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenClaims").finish_non_exhaustive()
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for TokenClaims<T> {
    type Error = Error;
    type Future = ClaimsExtraction<T>;

    #[track_caller]
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let extraction = extraction(request);
        let principal = with_authentication(&request.extensions(), |authentication| {
            authentication.allowed_principal(extraction, request)
        });
        ClaimsExtraction {
            principal: Some(principal),
            request: request.clone(),
            claims: PhantomData,
        }
    }
}

/// The future of [`TokenClaims`]. It is ready on the first poll.
///
/// The claims are deserialized then, and not before: Actix polls it only if the guard has admitted the
/// request.
pub struct ClaimsExtraction<T> {
    /// `None` after the first poll.
    principal: Option<Result<ServicePrincipal, Refusal>>,
    request: HttpRequest,
    claims: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Future for ClaimsExtraction<T> {
    type Output = Result<TokenClaims<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(principal) = self.principal.take() else {
            // Reached only if the future is polled again after it completed.
            return Poll::Pending;
        };
        let claims = principal.and_then(|principal| {
            let claims = principal.claims().deserialize();
            claims.map_err(|mismatch| Denial::from(mismatch).into())
        });
        let claims = claims.map(TokenClaims);
        Poll::Ready(claims.map_err(|refusal| refusal_error(refusal, &self.request)))
    }
}
