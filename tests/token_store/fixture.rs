//! A local Cognito and token clients that share their tokens, like processes do.

use std::fs;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cognito_m2m::client::{FileTokenStore, TokenClient, TokenClientBuilder, TokenStore};
use cognito_m2m::testing::{LocalClient, LocalCognito, TestClock};

pub(crate) const SECRET: &str = "s3cret-of-the-reporting-client";

pub(crate) const LIFETIME: Duration = Duration::from_secs(1_000);

/// A generous limit for quick operations, because the machine may be busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A folder that is removed at the end of the test.
pub(crate) struct TemporaryFolder(pub(crate) PathBuf);

impl TemporaryFolder {
    /// Returns the path of a folder that does not exist yet.
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("cognito-m2m-tokens-{}-{number}", process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    pub(crate) fn store(&self) -> FileTokenStore {
        FileTokenStore::new(&self.0)
    }

    /// Returns the paths of the files with this ending.
    pub(crate) fn files(&self, ending: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.0).into_iter().flatten();
        let paths = entries.map(|entry| entry.expect("a file").path());
        paths
            .filter(|path| path.to_str().is_some_and(|path| path.ends_with(ending)))
            .collect()
    }

    /// Returns the path of the only entry.
    pub(crate) fn entry(&self) -> PathBuf {
        let entries = self.files(".token");
        assert_eq!(entries.len(), 1, "{entries:?}");
        entries[0].clone()
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
        let _ = fs::remove_file(&self.0);
    }
}

/// A local Cognito whose tokens live for [`LIFETIME`], on a clock that only the test advances.
pub(crate) struct Pool {
    pub(crate) cognito: LocalCognito,
    pub(crate) clock: TestClock,
}

impl Pool {
    pub(crate) fn start() -> Self {
        let clock = TestClock::new();
        let cognito = LocalCognito::builder()
            .clock(clock.clone())
            .token_lifetime(LIFETIME)
            .start()
            .expect("the local Cognito starts");
        register(&cognito, SECRET);
        Self { cognito, clock }
    }

    pub(crate) fn requests(&self) -> u64 {
        self.cognito.token_requests()
    }

    /// Returns a builder for a client without a store.
    pub(crate) fn builder(&self) -> TokenClientBuilder {
        builder_at(&self.cognito.token_url()).clock(self.clock.clone())
    }

    /// Returns a client with this store.
    pub(crate) fn client(&self, store: impl TokenStore) -> TokenClient {
        let builder = self.builder().token_store(store);
        builder.build().expect("the settings are valid")
    }
}

pub(crate) fn register(cognito: &LocalCognito, secret: &str) {
    let client = LocalClient::new("reporting").secret(secret);
    cognito.register(client.scopes(["widgets/read", "widgets/write"]));
}

/// Returns a builder with long limits, because the machine may be busy.
pub(crate) fn builder_at(token_url: &str) -> TokenClientBuilder {
    TokenClient::builder()
        .token_url(token_url)
        .client_id("reporting")
        .client_secret(SECRET)
        .connect_timeout(PATIENCE)
        .timeout(PATIENCE)
        .deadline(PATIENCE * 10)
        .token_store_timeout(PATIENCE)
}

/// Fetches a token for `widgets/read`.
pub(crate) async fn token(client: &TokenClient) -> String {
    let token = client.token("widgets/read").await;
    let token = token.unwrap_or_else(|error| panic!("no token: {error}"));
    token.secret().to_owned()
}
