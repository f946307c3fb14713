use std::io;

use crate::settings::SettingsError;

/// Why nothing could be built.
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
    /// Something is wrong with the settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The operating system gave no thread, or no timer and sockets for it.
    #[error("expected a thread for what runs in the background")]
    Thread(#[source] io::Error),
    /// No HTTP client could be made: TLS has found no root certificates.
    #[error(
        "expected an HTTP client for the keys: install root certificates, or give a client of your own"
    )]
    HttpClient(#[source] reqwest::Error),
}
