use std::future::Future;
use std::pin::Pin;

use crate::jwks::KeysUnavailable;
use crate::token::{BearerToken, Claims, InvalidToken};

/// A future that an Actix worker awaits; it need not be `Send`.
///
/// # Examples
///
/// ```
/// use cognito_m2m::validator::BoxFuture;
///
/// fn answer<'a>() -> BoxFuture<'a, u8> {
///     Box::pin(async { 42 })
/// }
/// # let _ = answer();
/// ```
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A validator of the team's own, instead of the built-in one.
///
/// It decides whether a token is good and gives its claims; this crate makes the principal of
/// them, by the same rules for `client_id` and `scope`. No setting of a user pool is needed then.
///
/// # Examples
///
/// ```
/// use cognito_m2m::token::{BearerToken, Claims, InvalidToken};
/// use cognito_m2m::validator::{BoxFuture, TokenError, TokenValidator};
/// use serde_json::json;
///
/// struct OpaqueTokens;
///
/// impl TokenValidator for OpaqueTokens {
///     fn validate<'a>(&'a self, token: BearerToken<'a>) -> BoxFuture<'a, Result<Claims, TokenError>> {
///         Box::pin(async move {
///             match token.as_str() {
///                 "known" => Claims::from_value(json!({ "client_id": "reporting" }))
///                     .map_err(|_| InvalidToken::Custom.into()),
///                 _ => Err(InvalidToken::Custom.into()),
///             }
///         })
///     }
/// }
/// ```
pub trait TokenValidator: Send + Sync + 'static {
    /// Judges a token.
    ///
    /// # Errors
    ///
    /// [`TokenError::Expired`] and [`TokenError::Invalid`] are answered 401,
    /// [`TokenError::Unavailable`] 503 where a guarded handler asks.
    fn validate<'a>(&'a self, token: BearerToken<'a>) -> BoxFuture<'a, Result<Claims, TokenError>>;
}

/// Why a token proves nobody's identity.
///
/// # Examples
///
/// ```
/// use cognito_m2m::token::InvalidToken;
/// use cognito_m2m::validator::TokenError;
///
/// let error = TokenError::from(InvalidToken::Signature);
/// assert!(error.to_string().contains("signature"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The token has expired, leeway included.
    #[error("the token has expired")]
    Expired,
    /// The token breaks another rule.
    #[error(transparent)]
    Invalid(#[from] InvalidToken),
    /// The token can't be judged right now.
    #[error(transparent)]
    Unavailable(#[from] KeysUnavailable),
}
