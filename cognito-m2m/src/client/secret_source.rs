use std::error::Error;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use secrecy::SecretString;

use super::client_secrets::ClientSecrets;
use super::secret_error::SecretError;
use super::secret_file::read_secret;

/// The secrets of a source, in the order in which they are tried.
pub(super) type Secrets = Result<Vec<SecretString>, SecretError>;

type SecretsFuture = Pin<Box<dyn Future<Output = Secrets> + Send>>;

/// The place that the secrets of an app client come from.
#[derive(Clone)]
pub(super) enum SecretSource {
    /// The settings, which never change.
    Settings(Vec<SecretString>),
    File(Arc<PathBuf>),
    Callback(SecretCallback),
}

/// A function of the user that returns secrets.
#[derive(Clone)]
pub(super) struct SecretCallback(Arc<dyn Fn() -> SecretsFuture + Send + Sync>);

impl SecretSource {
    /// Returns `true` if the source returns the same secrets each time.
    pub(super) fn is_constant(&self) -> bool {
        matches!(self, Self::Settings(_))
    }

    /// Obtains the secrets. It must be awaited in a Tokio runtime.
    pub(super) async fn secrets(self) -> Secrets {
        match self {
            Self::Settings(secrets) => Ok(secrets),
            Self::File(path) => {
                let read = tokio::task::spawn_blocking(move || read_secret(&path));
                let secret = read.await.map_err(|_| SecretError::PANICKED)?;
                secret.map(|secret| vec![secret])
            }
            Self::Callback(SecretCallback(call)) => call().await,
        }
    }
}

impl SecretCallback {
    pub(super) fn new<F, Fut, S, E>(callback: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<S, E>> + Send + 'static,
        S: Into<ClientSecrets>,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        Self(Arc::new(move || {
            let answer = callback();
            Box::pin(async move {
                let secrets = answer
                    .await
                    .map_err(|error| SecretError::callback(error.into()));
                secrets?.into().into_checked()
            })
        }))
    }
}
