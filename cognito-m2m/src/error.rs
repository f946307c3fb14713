//! The reasons why a request is refused.
//!
//! [`Refusal`] covers all of them. Its parts are [`AuthenticationError`] (no token, or a malformed,
//! invalid or expired one), [`CutoffRefusal`] for a client that is cut off, [`Denial`] for
//! authorization (API, scope, method, client, claim), [`KeysUnavailable`] and [`CutoffsUnavailable`] for
//! temporary failures, [`UserMappingError`] for the lookup of a user, and [`Misconfiguration`] for a
//! mistake in the program. Invalid settings refuse no request: they are
//! reported at start-up, as a [`SettingsError`](crate::settings::SettingsError).

use crate::cutoff::{CutoffRefusal, CutoffsUnavailable};
use crate::jwks::KeysUnavailable;
use crate::policy::Denial;
use crate::token::{InvalidToken, MalformedHeader};
use crate::users::UserMappingError;
use crate::validator::TokenError;

/// The reason why a request is refused, and the response to it.
///
/// [`status_code`](Self::status_code), [`detail`](Self::detail), [`challenge`](Self::challenge) and
/// [`retry_after`](Self::retry_after) return the parts of the default response, for a custom
/// [`RefusalResponder`](crate::RefusalResponder). Of the texts, only `detail` is meant for the caller.
/// `Display`, [`reason`](Self::reason) and the sources are for logs only: they reveal how the token was
/// checked, and the sources may quote its claims.
///
/// # Examples
///
/// ```
/// use cognito_m2m::error::{AuthenticationError, Refusal};
///
/// let refusal = Refusal::from(AuthenticationError::Missing);
/// assert_eq!(refusal.reason(), "missing");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The request is not authenticated: 401.
    #[error("authentication failed: {0}")]
    Authentication(#[from] AuthenticationError),
    /// The client is not authorized: 403.
    #[error("authorization failed: {0}")]
    Authorization(#[from] Denial),
    /// The signing keys are temporarily unavailable, so the token cannot be verified: 503.
    #[error("temporarily unable to verify the token: {0}")]
    Unavailable(#[from] KeysUnavailable),
    /// The client of the token is cut off: 401, or 403 if it is shut out.
    #[error("the client is cut off: {0}")]
    CutOff(#[from] CutoffRefusal),
    /// The cut-offs have never been read, and are required: 503.
    #[error("temporarily unable to check the cut-offs: {0}")]
    CutoffsUnavailable(#[from] CutoffsUnavailable),
    /// The principal could not be mapped to a user: 403, 503 or 500.
    #[error("user mapping failed: {0}")]
    UserMapping(#[from] UserMappingError),
    /// The program is misconfigured: 500.
    #[error("the program is misconfigured: {0}")]
    Misconfigured(#[from] Misconfiguration),
}

impl Refusal {
    /// Returns the stable reason code that appears in logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Authentication(error) => error.reason(),
            Self::Authorization(denial) => denial.reason(),
            Self::Unavailable(_) => "keys_unavailable",
            Self::CutOff(_) => "cut_off",
            Self::CutoffsUnavailable(_) => "cutoffs_unavailable",
            Self::UserMapping(error) => error.reason(),
            Self::Misconfigured(misconfiguration) => misconfiguration.reason(),
        }
    }
}

/// The reason why a request is not authenticated.
///
/// # Examples
///
/// ```
/// use cognito_m2m::error::AuthenticationError;
///
/// assert_eq!(AuthenticationError::Expired.reason(), "expired");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthenticationError {
    /// The request has no bearer token.
    #[error("the request has no bearer token")]
    Missing,
    /// The header has the configured scheme, but not exactly one token.
    #[error(transparent)]
    Malformed(#[from] MalformedHeader),
    /// The token has expired, even allowing for the leeway.
    #[error("the token has expired")]
    Expired,
    /// The token is invalid for a reason other than expiry.
    #[error(transparent)]
    Invalid(#[from] InvalidToken),
}

impl AuthenticationError {
    /// Returns the stable reason code that appears in logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed(error) => error.reason(),
            Self::Expired => "expired",
            Self::Invalid(error) => error.reason(),
        }
    }
}

/// A programming mistake that is detected while the app serves requests.
///
/// # Examples
///
/// ```
/// use cognito_m2m::error::{Misconfiguration, Refusal};
///
/// let refusal = Refusal::from(Misconfiguration::MiddlewareMissing);
/// assert_eq!(refusal.reason(), "middleware_missing");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misconfiguration {
    /// A guarded handler or an extractor of this crate runs outside the middleware.
    #[error(
        "the handler runs outside the `CognitoAuth` middleware: add `.wrap(auth.clone())` to its `App` or scope"
    )]
    MiddlewareMissing,
    /// A handler requests a user type other than the one that the mapper returns.
    #[error(
        "the handler requests a user type other than the mapper's: use `{mapped}` in the handler"
    )]
    OtherUserType {
        /// The name of the user type that the mapper returns.
        mapped: &'static str,
    },
    /// A handler returned the error of a [`Policy`](crate::Policy) that could not be created.
    #[error("a policy of the handler names an invalid scope or client ID")]
    InvalidPolicy,
    /// A route answered although no guard was evaluated and it is not public, and the setting
    /// `unguarded_routes` is `deny`.
    #[error(
        "the route answered without a guard: put an attribute on its handler, or mark it `#[public(reason = \"..\")]`"
    )]
    UnguardedRoute,
}

impl Misconfiguration {
    /// Returns the stable reason code that appears in logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::MiddlewareMissing => "middleware_missing",
            Self::OtherUserType { .. } => "other_user_type",
            Self::InvalidPolicy => "invalid_policy",
            Self::UnguardedRoute => "unguarded_route",
        }
    }
}

impl From<MalformedHeader> for Refusal {
    fn from(error: MalformedHeader) -> Self {
        Self::Authentication(error.into())
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Expired => Self::Authentication(AuthenticationError::Expired),
            TokenError::Invalid(error) => Self::Authentication(error.into()),
            TokenError::Unavailable(error) => Self::Unavailable(error),
        }
    }
}
