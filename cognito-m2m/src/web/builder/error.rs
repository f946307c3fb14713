use std::error::Error;
use std::io;

use crate::error_report::debug_as_report;
use crate::settings::SettingsError;

/// The error returned if a [`CognitoAuth`](crate::CognitoAuth) could not be built.
///
/// `Debug` prints the text of `Display`, and the text of each source on its own line, so that a
/// `main` function can return the error.
///
/// # Examples
///
/// ```
/// use cognito_m2m::{BuildError, CognitoAuth, Settings};
///
/// let error = CognitoAuth::new(Settings::default()).unwrap_err();
/// assert!(matches!(error, BuildError::Settings(_)));
/// ```
#[derive(thiserror::Error)]
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

debug_as_report!(BuildError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_is_the_text_with_the_sources_in_lines() {
        let error = BuildError::Thread(io::Error::other("no threads are left"));
        assert_eq!(
            format!("{error:?}"),
            "failed to start the background thread\ncaused by: no threads are left"
        );
    }
}
