//! A store in memory, with failures on demand.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use cognito_m2m::client::{Lease, TokenStore, TokenStoreError, TokenStoreFuture};

use super::suite;

/// Clones share their entries.
#[derive(Clone, Default)]
pub(crate) struct MemoryStore(Arc<Mutex<State>>);

#[derive(Default)]
pub(crate) struct State {
    pub(crate) entries: HashMap<String, Vec<u8>>,
    pub(crate) leases: HashMap<String, Instant>,
    pub(crate) failure: Option<Failure>,
    /// Whether entries can be read, but not written.
    pub(crate) put_hangs: bool,
    pub(crate) operations: u32,
    /// The lifetime of the last entry.
    pub(crate) lifetime: Duration,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Failure {
    Error,
    Hang,
    Panic,
}

impl MemoryStore {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn fail(&self, failure: Option<Failure>) {
        self.state().failure = failure;
    }

    /// Returns the state, or fails.
    async fn operation(&self) -> Result<MutexGuard<'_, State>, TokenStoreError> {
        let failure = {
            let mut state = self.state();
            state.operations += 1;
            state.failure
        };
        match failure {
            Some(Failure::Error) => Err(TokenStoreError::Unavailable("m4rker is full".into())),
            Some(Failure::Hang) => std::future::pending().await,
            Some(Failure::Panic) => panic!("the store panics"),
            None => Ok(self.state()),
        }
    }
}

impl TokenStore for MemoryStore {
    fn get<'a>(&'a self, key: &'a str) -> TokenStoreFuture<'a, Option<Vec<u8>>> {
        Box::pin(async move { Ok(self.operation().await?.entries.get(key).cloned()) })
    }

    fn put<'a>(
        &'a self,
        key: &'a str,
        entry: Vec<u8>,
        lifetime: Duration,
    ) -> TokenStoreFuture<'a, ()> {
        Box::pin(async move {
            if self.state().put_hangs {
                std::future::pending::<()>().await;
            }
            let mut state = self.operation().await?;
            state.entries.insert(key.to_owned(), entry);
            state.lifetime = lifetime;
            Ok(())
        })
    }

    fn lease<'a>(
        &'a self,
        key: &'a str,
        duration: Duration,
    ) -> TokenStoreFuture<'a, Option<Lease>> {
        Box::pin(async move {
            let mut state = self.operation().await?;
            let now = Instant::now();
            if state.leases.get(key).is_some_and(|end| now < *end) {
                return Ok(None);
            }
            let end = now + duration;
            state.leases.insert(key.to_owned(), end);
            let (store, key) = (self.clone(), key.to_owned());
            Ok(Some(Lease::new(async move {
                let mut state = store.state();
                if state.leases.get(&key) == Some(&end) {
                    state.leases.remove(&key);
                }
            })))
        })
    }
}

#[actix_web::test]
async fn store_in_memory_is_a_token_store() {
    suite::check(MemoryStore::default(), "a").await;
    suite::check(Arc::new(MemoryStore::default()), "a").await;
}
