//! A token client for services that call APIs protected by Cognito.
//!
//! Cognito charges for each token request and allows 150 per second for each account and Region. A
//! [`TokenClient`] sends one request per scope set, however many callers, workers and clones share
//! it, and renews the token in the background before it expires.
//!
//! | type | purpose |
//! | --- | --- |
//! | [`TokenClient`] | returns the token for a scope set |
//! | [`OriginTokens`] | restricts tokens to the origins of one API |
//! | [`AuthorizedClient`] | a `reqwest` client that adds the token to every request |
//!
//! ```no_run
//! use cognito_m2m::client::TokenClient;
//!
//! # async fn call() -> Result<(), Box<dyn std::error::Error>> {
//! let tokens = TokenClient::from_env()?;
//! let widgets = tokens.for_origins(["https://widgets.example.com"], "widgets/read")?;
//! let widgets = widgets.into_client()?;
//! let response = widgets.get("https://widgets.example.com/widgets").send().await?;
//! # Ok(())
//! # }
//! ```

// From top to bottom, each module uses only those below it:
//
// authorized_client, awc              requests to an API; the headers for `awc`
// origin_tokens, builder              tokens for the origins of one API; how a token client is set up
// token_client                        the cache
// shared_fetch                        a fetch and the renewals after it, on the background thread
// cache_entry, cached_token,          one scope set: its token, and the fetch under way
//   invalidation_limit
// fetcher, exchange, retry            token requests: retries, secrets, one request and its response
// settings_check, settings            the settings, checked and unchecked
// credentials, token_url, scopes,     values
//   access_token, token_response, challenge
// call_error, error, oauth_error, transport_error

mod access_token;
mod authorized_client;
mod awc;
mod builder;
mod cache_entry;
mod cached_token;
mod call_error;
mod challenge;
mod credentials;
mod error;
mod exchange;
mod fetcher;
mod invalidation_limit;
mod oauth_error;
mod origin_tokens;
mod retry;
mod scopes;
mod settings;
mod settings_check;
mod shared_fetch;
#[cfg(all(test, feature = "testing"))]
mod tests;
mod token_client;
mod token_response;
mod token_url;
mod transport_error;

pub use access_token::AccessToken;
pub use authorized_client::{AuthorizedClient, AuthorizedRequest};
pub use builder::{TokenClientBuildError, TokenClientBuilder};
pub use call_error::CallError;
pub use credentials::CredentialPlacement;
pub use error::TokenClientError;
pub use oauth_error::{OAuthError, ResponseBody};
pub use origin_tokens::OriginTokens;
pub use scopes::{IntoScopes, RequestedScopes};
pub use settings::TokenClientSettings;
pub use token_client::TokenClient;
pub use token_response::{AnswerError, TokenResponse};
pub use transport_error::TransportError;
