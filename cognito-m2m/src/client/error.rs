use std::time::Duration;

use super::answer::AnswerError;
use super::oauth_error::{OAuthError, ResponseBody, is_transient_status};
use super::transport_error::TransportError;
use crate::scope::InvalidScope;

/// Why there is no token.
///
/// No variant shows a secret, a token or the body of an answer, neither in `Display` nor in
/// `Debug`. It is cheap to clone: all who waited for one request get the same error.
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::client::{TokenClient, TokenClientError};
///
/// # async fn call(tokens: TokenClient) {
/// match tokens.token("widgets/read").await {
///     Ok(token) => { /* .. */ }
///     Err(TokenClientError::OAuth(refusal)) if refusal.error() == "invalid_client" => {
///         eprintln!("the client secret is wrong")
///     }
///     Err(error) if error.is_transient() => {
///         eprintln!("no token for now, {:?} at least: {error}", error.retry_after())
///     }
///     Err(error) => eprintln!("no token: {error}"),
/// }
/// # }
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenClientError {
    /// What was asked for is no scope.
    #[error(transparent)]
    Scope(#[from] InvalidScope),
    /// No complete answer: connection, TLS, or a time-out.
    #[error("expected an answer from the token endpoint: {0}")]
    Transport(#[from] TransportError),
    /// The server sends elsewhere: the secret does not follow.
    #[error("expected no redirect from the token endpoint, found status {0}")]
    Redirected(u16),
    /// The server refuses, with an OAuth error.
    #[error("the token endpoint refused: {0}")]
    OAuth(#[from] OAuthError),
    /// Another status than 200, without an OAuth error.
    #[error("expected status 200 from the token endpoint, found {status}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// What came with it.
        body: ResponseBody,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// Status 200 with something that is no token answer.
    #[error("the token endpoint gave no usable token: {0}")]
    Answer(#[from] AnswerError),
    /// The background thread has ended.
    #[error("expected the token client to be running")]
    Stopped,
}

impl TokenClientError {
    /// Whether the same request may well succeed a little later: connection faults, 429, 5xx and
    /// Cognito's throttling.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Transport(_) => true,
            Self::OAuth(error) => error.is_transient(),
            Self::Status { status, .. } => is_transient_status(*status),
            _ => false,
        }
    }

    /// How long the server asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::OAuth(error) => error.retry_after(),
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether it is the client that is refused, whatever it asks for.
    pub(super) fn refuses_client(&self) -> bool {
        matches!(self, Self::OAuth(error) if error.error() == "invalid_client")
    }
}
