use std::time::Duration;

use super::invalid_token_response::InvalidTokenResponse;
use super::oauth_error::{OAuthError, ResponseBody, is_transient_status};
use super::secret_error::SecretError;
use super::transport_error::TransportError;
use crate::error_report::debug_as_report;
use crate::scope::InvalidScope;

/// The error returned if no token could be obtained.
///
/// Neither `Display` nor `Debug` prints a secret, a token or a response body. The error is cheap to
/// clone: all callers that wait for one fetch get the same error.
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::client::{TokenClient, TokenClientError};
///
/// # async fn call(tokens: TokenClient) {
/// match tokens.token("widgets/read").await {
///     Ok(token) => { /* .. */ }
///     Err(TokenClientError::OAuth(error)) if error.error() == "invalid_client" => {
///         eprintln!("check the client ID and the client secret")
///     }
///     Err(error) if error.is_transient() => {
///         eprintln!("try again in {:?}: {error}", error.retry_after())
///     }
///     Err(error) => eprintln!("{error}"),
/// }
/// # }
/// ```
#[derive(Clone, thiserror::Error)]
#[non_exhaustive]
pub enum TokenClientError {
    /// A requested scope is invalid. No request was sent.
    #[error(transparent)]
    Scope(#[from] InvalidScope),
    /// The token endpoint sent no complete response: the connection or TLS failed, or it took too
    /// long.
    #[error("failed to request a token: {0}")]
    Transport(#[from] TransportError),
    /// The token endpoint sent a redirect with this status. Redirects are not followed, so that the
    /// secret is not sent to another server.
    #[error("the token endpoint sent a redirect (status {0}): check the token URL")]
    Redirected(u16),
    /// The token endpoint sent an OAuth error, such as `invalid_client`, or Cognito's API sent an
    /// exception, such as `NotAuthorizedException`. Both throttle requests with exceptions, such as
    /// `TooManyRequestsException`. A 401 that asks for HTTP Basic credentials is an `invalid_client`,
    /// even without an error code.
    #[error("the token endpoint refused the request: {0}")]
    OAuth(#[from] OAuthError),
    /// The token endpoint sent a status other than 200, without an OAuth error or an exception.
    #[error("the token endpoint failed with status {status}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// The body of the response.
        body: ResponseBody,
        /// The value of `Retry-After`, capped at 30 s.
        retry_after: Option<Duration>,
    },
    /// The token endpoint sent status 200, but neither a usable token nor an OAuth error.
    #[error("invalid response from the token endpoint: {0}")]
    InvalidResponse(#[from] InvalidTokenResponse),
    /// The file or the callback of the client secret failed, and the client has no secret that the
    /// token endpoint accepts.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The fetch was aborted because it panicked or the background thread ended.
    #[error("the token client has been shut down")]
    Stopped,
    /// The process has forked since the token client was built, and the background thread that
    /// fetches tokens does not exist in the child process. Build the client after the fork.
    #[error("the process has forked since the token client was built: build it after the fork")]
    Forked,
}

debug_as_report!(TokenClientError);

impl TokenClientError {
    /// Returns `true` if the same request may succeed a little later: transport errors, status 429
    /// and 5xx, throttling, tokens that had expired when they arrived, and a file or a callback of
    /// the client secret that failed or took too long, and is tried again after 10 s.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Transport(_) => true,
            Self::OAuth(error) => error.is_transient(),
            Self::Status { status, .. } => is_transient_status(*status),
            Self::InvalidResponse(_) => self.is_expired_on_arrival(),
            Self::Secret(error) => error.is_transient(),
            _ => false,
        }
    }

    /// Returns the delay from the `Retry-After` header, capped at 30 s, or `None` if the response
    /// had no such header.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::OAuth(error) => error.retry_after(),
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Returns `true` if the client itself is refused, whatever scopes it requests.
    pub(super) fn refuses_client(&self) -> bool {
        match self {
            Self::OAuth(error) => error.refuses_client(),
            Self::Secret(error) => error.refuses_client(),
            _ => false,
        }
    }

    /// Returns `true` if all requests of the client are refused for the time being: the client itself
    /// is refused, or a firewall blocks it. A firewall sends status 403, often with a page of HTML.
    pub(super) fn blocks_client(&self) -> bool {
        let is_forbidden = match self {
            Self::OAuth(error) => error.is_forbidden(),
            Self::Status { status, .. } => *status == 403,
            _ => false,
        };
        is_forbidden || self.refuses_client()
    }

    /// Returns `true` if a Region failed to respond, so that another one may respond: a transport
    /// error or a 5xx, but neither a refusal nor throttling.
    pub(super) fn is_of_region(&self) -> bool {
        match self {
            Self::Transport(_) => true,
            Self::OAuth(error) => error.is_transient() && !error.is_throttling(),
            Self::Status { status, .. } => (500..600).contains(status),
            _ => false,
        }
    }

    /// Returns `true` if the endpoint asks the client to send no request for a while, whatever
    /// scopes it requests: throttling, or a temporary failure with `Retry-After`.
    pub(super) fn throttles_client(&self) -> bool {
        let is_throttling = match self {
            Self::OAuth(error) => error.is_throttling(),
            Self::Status { status, .. } => *status == 429,
            _ => false,
        };
        let asks_to_wait = || self.retry_after().is_some_and(|pause| !pause.is_zero());
        is_throttling || (self.is_transient() && asks_to_wait())
    }

    pub(super) fn is_expired_on_arrival(&self) -> bool {
        matches!(
            self,
            Self::InvalidResponse(InvalidTokenResponse::ExpiredOnArrival(_))
        )
    }

    /// Returns `true` if the same call can send the same request again.
    ///
    /// A token that had expired when it arrived is not requested again at once: a cache would
    /// return the same token, and a wrong clock stays wrong. The exception is a machine that was
    /// suspended during the request. A call uses the source of a secret once.
    pub(super) fn is_retried(&self) -> bool {
        match self {
            Self::InvalidResponse(InvalidTokenResponse::ExpiredOnArrival(token)) => {
                token.has_slept()
            }
            Self::Secret(_) => false,
            _ => self.is_transient(),
        }
    }
}
