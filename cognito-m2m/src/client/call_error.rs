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
    /// The URL of the request is outside the API's origins or ambiguous, its `Host` header names
    /// another host than its URL, or a redirect leads to another origin. No token was sent there.
    #[error("the URL or the `Host` header is outside the origins of the token")]
    OtherOrigin,
    /// No token could be fetched for the call.
    #[error("no token for the API call: {0}")]
    Token(#[from] TokenClientError),
    /// The HTTP client could not be created, usually because no TLS root certificates are
    /// installed.
    #[error(
        "failed to create the HTTP client for API calls: install root certificates (package `ca-certificates`), or add some to the builder of `into_client_with`: {0}"
    )]
    HttpClient(#[source] TransportError),
    /// The request could not be built, or the API sent no complete response in time.
    #[error("failed to call the API: {0}")]
    Http(#[from] TransportError),
}

debug_as_report!(CallError);
