use std::sync::Arc;
use std::time::Duration;

use super::builder::TokenClientBuilder;
use super::store::TokenStore;

/// The store in which processes share tokens.
impl TokenClientBuilder {
    /// Sets a store in which processes share their tokens. By default, each process requests its own.
    ///
    /// The processes must have the same endpoint, form parameters, client ID and secret, and request
    /// the same scopes and metadata. Then one of them requests a token for all, each time that about
    /// three quarters of its lifetime have passed. If the store fails, each process requests its own tokens, and a
    /// warning is logged. See [`guide::sharing_tokens`](crate::guide::sharing_tokens).
    ///
    /// It can't be combined with the setting `token_store`, which names a folder for a
    /// [`FileTokenStore`](super::FileTokenStore).
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::client::{FileTokenStore, TokenClient};
    ///
    /// let tokens = TokenClient::builder()
    ///     .domain("example", "us-east-1")
    ///     .client_id("7k2m9f3qexample")
    ///     .client_secret("from the secret store")
    ///     .token_store(FileTokenStore::new("/run/reporting/tokens"))
    ///     .build()?;
    /// # Ok::<(), cognito_m2m::client::TokenClientBuildError>(())
    /// ```
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.token_store = Some(Arc::new(store));
        self
    }

    /// Sets the time limit of each operation of the token store. Defaults to 2 s.
    ///
    /// After an operation that takes longer, the store is not used for 10 s.
    pub fn token_store_timeout(mut self, limit: Duration) -> Self {
        self.token_store_timeout = limit;
        self
    }
}
