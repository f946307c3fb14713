//! Everything that can be said to a caller who is refused.
//!
//! The tree: [`SettingsError`](crate::settings::SettingsError) for configuration,
//! [`AuthenticationError`] (missing, malformed, invalid, expired), [`Denial`] for
//! authorization (scope, method, client), [`UserMappingError`] for the bridge to a user table,
//! [`KeysUnavailable`] for what is temporary and [`Misconfiguration`] for a mistake of the program.
//! [`Refusal`] composes them.

use crate::jwks::KeysUnavailable;
use crate::policy::Denial;
use crate::token::{InvalidToken, MalformedHeader};
use crate::users::UserMappingError;
use crate::validator::TokenError;

/// Why a request is not answered by its handler.
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
    /// Nobody knows who calls: 401.
    #[error("authentication failed: {0}")]
    Authentication(#[from] AuthenticationError),
    /// The caller is known and may not do this: 403.
    #[error("authorization failed: {0}")]
    Authorization(#[from] Denial),
    /// What is needed to decide can't be had right now: 503.
    #[error("temporarily unable to decide: {0}")]
    Unavailable(#[from] KeysUnavailable),
    /// The caller's user can't be had: 403, 503 or 500.
    #[error("user mapping failed: {0}")]
    UserMapping(#[from] UserMappingError),
    /// The program is put together wrongly: 500.
    #[error("the program is put together wrongly: {0}")]
    Misconfigured(#[from] Misconfiguration),
}

impl Refusal {
    /// The stable code that logs carry.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Authentication(error) => error.reason(),
            Self::Authorization(denial) => denial.reason(),
            Self::Unavailable(_) => "keys_unavailable",
            Self::UserMapping(error) => error.reason(),
            Self::Misconfigured(fault) => fault.reason(),
        }
    }
}

/// Why nobody knows who calls.
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
    /// The request carries no token.
    #[error("expected a bearer token, found none")]
    Missing,
    /// The header has our scheme and no single token.
    #[error(transparent)]
    Malformed(#[from] MalformedHeader),
    /// The token has expired, leeway included.
    #[error("expected `exp` to lie ahead, within the leeway")]
    Expired,
    /// The token breaks another rule.
    #[error(transparent)]
    Invalid(#[from] InvalidToken),
}

impl AuthenticationError {
    /// The stable code that logs carry.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed(why) => why.reason(),
            Self::Expired => "expired",
            Self::Invalid(why) => why.reason(),
        }
    }
}

/// A mistake of the program, found while it serves.
///
/// # Examples
///
/// ```
/// use cognito_m2m::error::{Refusal, Misconfiguration};
///
/// assert_eq!(Refusal::from(Misconfiguration::MiddlewareMissing).reason(), "middleware_missing");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misconfiguration {
    /// A guarded handler or an extractor of this crate runs outside of the middleware.
    #[error(
        "expected the `CognitoAuth` middleware around the handler: add `.wrap(auth.clone())` to its `App` or scope"
    )]
    MiddlewareMissing,
    /// A handler asks for another type of user than the mapper gives.
    #[error("expected the handler to ask for the user type of the mapper, `{mapped}`")]
    OtherUserType {
        /// The user type of the mapper.
        mapped: &'static str,
    },
}

impl Misconfiguration {
    /// The stable code that logs carry.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::MiddlewareMissing => "middleware_missing",
            Self::OtherUserType { .. } => "other_user_type",
        }
    }
}

impl From<MalformedHeader> for Refusal {
    fn from(why: MalformedHeader) -> Self {
        Self::Authentication(why.into())
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Expired => Self::Authentication(AuthenticationError::Expired),
            TokenError::Invalid(why) => Self::Authentication(why.into()),
            TokenError::Unavailable(why) => Self::Unavailable(why),
        }
    }
}
