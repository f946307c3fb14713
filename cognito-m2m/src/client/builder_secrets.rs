use std::error::Error;
use std::path::PathBuf;

use secrecy::SecretString;

use super::builder::TokenClientBuilder;
use super::client_secrets::ClientSecrets;
use super::secret_source::SecretCallback;

/// The sources of the client secret. Exactly one of them is required.
impl TokenClientBuilder {
    /// Sets the secret of the app client. It can't be combined with
    /// [`client_secret_file`](Self::client_secret_file) or
    /// [`client_secret_from`](Self::client_secret_from), which follow a rotation without a restart.
    ///
    /// A line break or a blank before or after it is a fault, since it would be sent as part of the
    /// secret. The output of commands often ends with a line break: `secret.trim_end()` removes it.
    pub fn client_secret(mut self, secret: impl Into<SecretString>) -> Self {
        self.settings.client_secret = Some(secret.into());
        self
    }

    /// Sets a second secret, which is tried if the first one is refused.
    ///
    /// An app client can have two secrets while they are rotated. The secret that was accepted last
    /// is tried first afterwards.
    pub fn second_client_secret(mut self, secret: impl Into<SecretString>) -> Self {
        self.settings.client_secret_2 = Some(secret.into());
        self
    }

    /// Sets the path of a file with the secret of the app client, such as a mounted secret of
    /// Kubernetes.
    ///
    /// The file is read by [`build`](Self::build), and again when the token endpoint refuses the
    /// secret, at most once every 10 s. If it then contains another secret, the refused requests are
    /// repeated with that one, so calls of [`token`](super::TokenClient::token) succeed. In between,
    /// the file may be absent. See [`guide::rotating_secrets`](crate::guide::rotating_secrets).
    ///
    /// The file contains one secret in UTF-8 and nothing else, except for one line break at its end
    /// (`\n` or `\r\n`), which is not part of the secret. It has at most 4096 bytes. A relative path
    /// is resolved in the working directory.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use cognito_m2m::client::TokenClient;
    ///
    /// let tokens = TokenClient::builder()
    ///     .domain("example", "us-east-1")
    ///     .client_id("7k2m9f3qexample")
    ///     .client_secret_file("/run/secrets/cognito/client-secret")
    ///     .build()?;
    /// # Ok::<(), cognito_m2m::client::TokenClientBuildError>(())
    /// ```
    pub fn client_secret_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.client_secret_file = Some(path.into());
        self
    }

    /// Sets an async function that returns the secret of the app client, for example from AWS
    /// Secrets Manager.
    ///
    /// [`build`](Self::build) starts the first call, and there is another one when the token endpoint
    /// refuses the secret. One call serves all fetches, and there is at most one every 10 s. If it
    /// returns another secret, the refused requests are repeated with that one, so calls of
    /// [`token`](super::TokenClient::token) succeed. Calls that need the first secret wait for it within
    /// their [`deadline`](Self::deadline). See
    /// [`guide::rotating_secrets`](crate::guide::rotating_secrets).
    ///
    /// It returns a `String`, a `secrecy::SecretString`, or [`ClientSecrets`] for two secrets. An
    /// empty secret, or one with surrounding whitespace or control characters, is an error.
    ///
    /// It runs on the background thread of the crate, which has a Tokio runtime. It must not block,
    /// because the thread serves every token client and [`CognitoAuth`](crate::CognitoAuth) of the
    /// process. It is aborted when it takes longer than the [`deadline`](Self::deadline), or when the last
    /// clone of the client is dropped. An error or a
    /// panic is returned to all calls as [`TokenClientError::Secret`](super::TokenClientError::Secret),
    /// and the function is called again after 10 s. **The text of its error is logged**, so it must not
    /// contain a secret.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::client::TokenClient;
    ///
    /// async fn fetch_from_secrets_manager() -> Result<String, std::io::Error> {
    ///     // Your own code.
    ///     # Ok("from the secret store".to_owned())
    /// }
    ///
    /// let tokens = TokenClient::builder()
    ///     .domain("example", "us-east-1")
    ///     .client_id("7k2m9f3qexample")
    ///     .client_secret_from(fetch_from_secrets_manager)
    ///     .build()?;
    /// # Ok::<(), cognito_m2m::client::TokenClientBuildError>(())
    /// ```
    pub fn client_secret_from<F, Fut, S, E>(mut self, callback: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<S, E>> + Send + 'static,
        S: Into<ClientSecrets>,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.secret_callback = Some(SecretCallback::new(callback));
        self
    }
}
