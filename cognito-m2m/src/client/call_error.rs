use super::error::TokenClientError;
use super::transport_error::TransportError;
use crate::error_report::debug_as_report;

/// The error returned if an API call fails, or if no token could be obtained for it.
///
/// [`AuthorizedClient`](super::AuthorizedClient) and [`OriginTokens`](super::OriginTokens) return
/// it.
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::client::{AuthorizedClient, CallError};
///
/// # async fn call(widgets: AuthorizedClient) {
/// match widgets.get("https://widgets.example.com/widgets").send().await {
///     Ok(response) => println!("status {}", response.status()),
///     Err(CallError::Token(error)) => eprintln!("no token: {error}"),
///     Err(error) => eprintln!("{error}"),
/// }
/// # }
/// ```
#[derive(Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The URL of the request is outside the API's origins, or a redirect leads to another origin.
    /// No token was sent there.
    #[error("the URL is not within the origins of the token")]
    OtherOrigin,
    /// No token could be fetched for the call.
    #[error("no token for the API call: {0}")]
    Token(#[from] TokenClientError),
    /// The HTTP client or the request could not be built, or the API sent no response.
    #[error("failed to call the API: {0}")]
    Http(#[from] TransportError),
}

debug_as_report!(CallError);
