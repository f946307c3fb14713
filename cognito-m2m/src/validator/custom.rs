use crate::box_future::BoxFuture;
use crate::jwks::KeysUnavailable;
use crate::token::{BearerToken, Claims, InvalidToken};

/// A custom token validator that replaces the built-in one.
///
/// It validates a token and returns its claims. This crate creates the principal from the claims,
/// and applies the usual rules to `client_id` and `scope`. No user pool has to be configured.
///
/// # Examples
///
/// ```
/// use cognito_m2m::token::{BearerToken, Claims, InvalidToken};
/// use cognito_m2m::validator::{TokenError, TokenValidator};
/// use cognito_m2m::BoxFuture;
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
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a token validator",
    label = "this type does not implement `TokenValidator`",
    note = "implement `cognito_m2m::validator::TokenValidator` for a type that is `Send + Sync + 'static`"
)]
pub trait TokenValidator: Send + Sync + 'static {
    /// Validates a token and returns its claims.
    ///
    /// # Errors
    ///
    /// Returns [`TokenError::Expired`] or [`TokenError::Invalid`] if the token is refused, which is
    /// answered with 401, and [`TokenError::Unavailable`] if it cannot be validated at the moment,
    /// which guarded handlers answer with 503.
    fn validate<'a>(&'a self, token: BearerToken<'a>) -> BoxFuture<'a, Result<Claims, TokenError>>;
}

/// The error returned if a token is not accepted.
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
    /// The token has expired, even allowing for the leeway.
    #[error("the token has expired")]
    Expired,
    /// The token is invalid for a reason other than expiry.
    #[error(transparent)]
    Invalid(#[from] InvalidToken),
    /// The token cannot be validated at the moment.
    #[error(transparent)]
    Unavailable(#[from] KeysUnavailable),
}
