//! A token client for services that call APIs protected by Cognito.
//!
//! Cognito charges for each token request and allows 150 per second for each account and Region. A
//! [`TokenClient`] sends one request per set of scopes and metadata, however many callers, workers
//! and clones share it, and renews the token in the background before it expires. The secret comes
//! from a setting, a file or an async callback, which is used again when Cognito refuses the secret
//! ([`guide::rotating_secrets`](crate::guide::rotating_secrets)).
//!
//! | type | purpose |
//! | --- | --- |
//! | [`TokenClient`] | returns the token for a set of scopes |
//! | [`TokenStore`], [`FileTokenStore`] | share the tokens of several processes ([`guide::sharing_tokens`](crate::guide::sharing_tokens)) |
//! | [`TokenRequest`] | the scopes of a token, with metadata for this token alone |
//! | [`OriginTokens`] | restricts tokens to the origins of one API |
//! | [`AuthorizedClient`] | wraps a `reqwest` client and adds the token to every request |
//!
//! Tokens come from the token endpoint of the user pool's domain, or from Cognito's API operation
//! `GetClientToken`, which needs no domain ([`TokenClientBuilder::api`]).
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

// The layers, from top to bottom. A module uses only modules below it or to its right:
//
// authorized_client, awc               requests to an API, with `reqwest` and with `awc`
// call_clients                         the `reqwest` clients for the origins of one API
// builder_secrets, builder_store       the secrets and the store of a token client, as part of its setup
// origin_tokens, builder,              tokens for the origins of one API; the setup of a token client
//   builder_endpoint
// token_client                         the tokens of a client, for any number of callers
// token_cache                          the cache of all tokens
// shared_fetch                         a fetch and its renewals, on the background thread
// leased_fetch                         a fetch with a token store
// cache_entry, cached_token,           one set of scopes and metadata: its token, and the fetch under
//   invalidation_limit                   way
// fetcher, client_memory,              retries, refusals and throttling of the client, the queue of
//   request_queue, secret_store,         requests, the secrets in use, and a single request
//   exchange, retry
// settings_check, settings,            the settings and their validation, and the secrets of a file or
//   api_settings, api_url, token_url,    a callback
//   setting_values, secret_settings,
//   secret_source, secret_file
// store/                               tokens that processes share
// token_endpoint, api_regions          the requests of the token endpoint and of the API
// call_error, error                    the errors of API calls and of the token client
// all other modules                    values and responses

mod access_token;
mod api_regions;
mod api_settings;
mod api_url;
mod authorized_client;
mod awc;
mod aws_exception;
mod builder;
mod builder_endpoint;
mod builder_secrets;
mod builder_store;
mod cache_entry;
mod cached_token;
mod call_clients;
mod call_error;
mod challenge;
mod client_memory;
mod client_metadata;
mod client_secrets;
mod credentials;
mod error;
mod exchange;
mod fetched_token;
mod fetcher;
mod form_parameters;
mod host_header;
mod invalid_token_response;
mod invalidation_limit;
mod leased_fetch;
mod oauth_error;
mod origin_tokens;
mod request_queue;
mod requested_token;
mod response_format;
mod response_times;
mod retry;
mod scopes;
mod secret_error;
mod secret_file;
mod secret_set;
mod secret_settings;
mod secret_source;
mod secret_store;
mod setting_values;
mod settings;
mod settings_check;
mod shared_fetch;
mod store;
#[cfg(all(test, feature = "testing"))]
mod tests;
mod token_cache;
mod token_client;
mod token_endpoint;
mod token_life;
mod token_request;
mod token_response;
mod token_url;
mod transport_error;
mod written_url;

pub use access_token::AccessToken;
pub use authorized_client::{AuthorizedClient, AuthorizedRequest};
pub use builder::{TokenClientBuildError, TokenClientBuilder};
pub use call_error::CallError;
pub use client_secrets::ClientSecrets;
pub use credentials::CredentialPlacement;
pub use error::TokenClientError;
pub use invalid_token_response::InvalidTokenResponse;
pub use oauth_error::{OAuthError, ResponseBody};
pub use origin_tokens::OriginTokens;
pub use scopes::{IntoScopes, RequestedScopes};
pub use secret_error::SecretError;
pub use settings::TokenClientSettings;
pub use store::{FileTokenStore, Lease, TokenStore, TokenStoreError, TokenStoreFuture};
pub use token_client::TokenClient;
pub use token_life::ExpiredOnArrival;
pub use token_request::{IntoTokenRequest, TokenRequest};
pub use token_response::TokenResponse;
pub use transport_error::TransportError;
