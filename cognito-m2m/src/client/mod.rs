//! The calling side: a token is fetched once, serves until it is due, and is never handed out dead.
//!
//! Cognito charges for each token request and allows 150 a second per account and Region. A
//! [`TokenClient`] makes one request for each scope set, whatever the number of callers, workers
//! and clones, and renews the token in the background while the old one still serves.
//!
//! ```no_run
//! use cognito_m2m::client::TokenClient;
//!
//! # async fn call() -> Result<(), Box<dyn std::error::Error>> {
//! let tokens = TokenClient::from_env()?;
//! let widgets = tokens.for_origins(["https://widgets.example.com"], "widgets/read")?;
//! let widgets = widgets.into_client()?;
//! let answer = widgets.get("https://widgets.example.com/widgets").send().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Layout
//!
//! | room | what lives there |
//! | --- | --- |
//! | `token_client`, `builder`, `settings`, `endpoint` | the handle, how it is set up, and where tokens come from |
//! | `scopes`, `access_token` | what is asked for, and what is had |
//! | `credentials`, `exchange`, `answer`, `retry` | one token request, its answer, and whether to try again |
//! | `entry`, `held`, `flight`, `invalidations` | one scope set: the token that serves, and the one fetch under way |
//! | `origins`, `authorized`, `challenge`, `awc` | the token in use, for known origins only |
//! | `error`, `oauth_error`, `transport_error` | everything that can go wrong on the way to a token |

mod access_token;
mod answer;
mod authorized;
mod awc;
mod builder;
mod challenge;
mod credentials;
mod endpoint;
mod entry;
mod error;
mod exchange;
mod flight;
mod held;
mod invalidations;
mod oauth_error;
mod origins;
mod retry;
mod scopes;
mod settings;
#[cfg(all(test, feature = "testing"))]
mod tests;
mod token_client;
mod transport_error;

pub use access_token::AccessToken;
pub use answer::{AnswerError, TokenResponse};
pub use authorized::{AuthorizedClient, AuthorizedRequest};
pub use builder::{TokenClientBuildError, TokenClientBuilder};
pub use credentials::CredentialPlacement;
pub use error::TokenClientError;
pub use oauth_error::{OAuthError, ResponseBody};
pub use origins::{CallError, OriginTokens};
pub use scopes::{IntoScopes, RequestedScopes};
pub use settings::TokenClientSettings;
pub use token_client::TokenClient;
pub use transport_error::TransportError;
