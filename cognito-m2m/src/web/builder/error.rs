use std::error::Error;
use std::io;

use crate::settings::SettingsError;

/// The error returned if a [`CognitoAuth`](crate::CognitoAuth) could not be built.
///
/// # Examples
///
/// ```
/// use cognito_m2m::{BuildError, CognitoAuth, Settings};
///
/// let error = CognitoAuth::new(Settings::default()).unwrap_err();
/// assert!(matches!(error, BuildError::Settings(_)));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// One or more settings are missing or invalid. The error lists all of them.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The background thread of the middleware could not be started.
    #[error("failed to start the background thread")]
    Thread(#[source] io::Error),
    /// The HTTP client could not be created, usually because no TLS root certificates are installed.
    /// Plain `http` needs none.
    #[error(
        "failed to create the HTTP client for the signing keys: install root certificates (package `ca-certificates`), or pass a client to `CognitoAuth::builder().http_client(..)`"
    )]
    HttpClient(#[source] Box<dyn Error + Send + Sync>),
}
