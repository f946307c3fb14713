use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::error::TokenStoreError;

/// The time after which a lease ends by itself.
pub(in crate::client) const LEASE_DURATION: Duration = Duration::from_secs(30);

/// The future that the methods of a [`TokenStore`] return.
///
/// Unlike [`BoxFuture`](crate::BoxFuture), it is `Send`, because the store is used on a background
/// thread.
pub type TokenStoreFuture<'a, T> =
    Pin<Box<dyn Future<Output = Result<T, TokenStoreError>> + Send + 'a>>;

/// A store that shares the tokens of [`TokenClient`](crate::client::TokenClient)s between processes.
///
/// Pass it to [`TokenClientBuilder::token_store`](crate::client::TokenClientBuilder::token_store).
/// [`FileTokenStore`](super::FileTokenStore) is built in, and
/// the example program `redis_token_store` has one for Redis: see
/// [`guide::sharing_tokens`](crate::guide::sharing_tokens).
///
/// A store needs no knowledge of tokens. Keys are up to 64 characters of `a-z`, `0-9` and `-`, and
/// entries are opaque bytes of up to 64 KiB. Entries are encrypted with a key that is derived from the
/// client secret, before they reach the store. Keys contain a fingerprint of that encryption key, and
/// a hash of everything that the token was requested with.
///
/// When a token is needed, it is read from the store. If the store has no usable one, the process that
/// obtains the lease requests a token and stores it, while the others read the store several times a
/// second. If a
/// method fails, or takes longer than
/// [`token_store_timeout`](crate::client::TokenClientBuilder::token_store_timeout), the client requests
/// the token itself, and does not use the store for 10 s.
///
/// The methods are called on the background thread of the crate, which has a Tokio runtime. They must not
/// block it, because it serves every token client and [`CognitoAuth`](crate::CognitoAuth) of the process.
///
/// # Examples
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::{Arc, Mutex, PoisonError};
/// use std::time::{Duration, Instant};
///
/// use cognito_m2m::client::{Lease, TokenStore, TokenStoreFuture};
///
/// /// Shares tokens between the clients of one process.
/// #[derive(Clone, Default)]
/// struct InMemory {
///     entries: Arc<Mutex<HashMap<String, Vec<u8>>>>,
///     leases: Arc<Mutex<HashMap<String, Instant>>>,
/// }
///
/// impl TokenStore for InMemory {
///     fn get<'a>(&'a self, key: &'a str) -> TokenStoreFuture<'a, Option<Vec<u8>>> {
///         let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
///         let entry = entries.get(key).cloned();
///         Box::pin(async { Ok(entry) })
///     }
///
///     fn put<'a>(
///         &'a self,
///         key: &'a str,
///         entry: Vec<u8>,
///         _lifetime: Duration,
///     ) -> TokenStoreFuture<'a, ()> {
///         let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
///         entries.insert(key.to_owned(), entry);
///         Box::pin(async { Ok(()) })
///     }
///
///     fn lease<'a>(
///         &'a self,
///         key: &'a str,
///         duration: Duration,
///     ) -> TokenStoreFuture<'a, Option<Lease>> {
///         let mut leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
///         let end = leases.get(key).copied();
///         let now = Instant::now();
///         if end.is_some_and(|end| now < end) {
///             return Box::pin(async { Ok(None) });
///         }
///         let end = now + duration;
///         leases.insert(key.to_owned(), end);
///         let (leases, key) = (Arc::clone(&self.leases), key.to_owned());
///         let lease = Lease::new(async move {
///             let mut leases = leases.lock().unwrap_or_else(PoisonError::into_inner);
///             // The lease may have ended, and another client may have obtained the next one.
///             if leases.get(&key) == Some(&end) {
///                 leases.remove(&key);
///             }
///         });
///         Box::pin(async { Ok(Some(lease)) })
///     }
/// }
///
/// # futures_util::future::FutureExt::now_or_never(async {
/// let store = InMemory::default();
/// let lease = store.lease("key", Duration::from_secs(30)).await?;
/// assert!(store.lease("key", Duration::from_secs(30)).await?.is_none());
/// lease.ok_or("the lease is free")?.release().await;
/// assert!(store.lease("key", Duration::from_secs(30)).await?.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).expect("the store does not wait")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a token store",
    label = "not a token store",
    note = "pass a `FileTokenStore`, or a type that implements `TokenStore`"
)]
pub trait TokenStore: Send + Sync + 'static {
    /// Returns the entry of this key, or `None`.
    ///
    /// # Errors
    ///
    /// Returns [`TokenStoreError`] if the entry can't be read.
    fn get<'a>(&'a self, key: &'a str) -> TokenStoreFuture<'a, Option<Vec<u8>>>;

    /// Stores an entry, and replaces an earlier one of the same key.
    ///
    /// The entry is useless after `lifetime`, at most 24 hours, and can then be deleted.
    ///
    /// # Errors
    ///
    /// Returns [`TokenStoreError`] if the entry can't be written.
    fn put<'a>(
        &'a self,
        key: &'a str,
        entry: Vec<u8>,
        lifetime: Duration,
    ) -> TokenStoreFuture<'a, ()>;

    /// Returns the lease of this key, or `None` if another process has it.
    ///
    /// A lease that is not released ends by itself after `duration`, which is 30 s. It can end
    /// earlier, for example when its process ends.
    ///
    /// # Errors
    ///
    /// Returns [`TokenStoreError`] if the store can't be read or written.
    fn lease<'a>(&'a self, key: &'a str, duration: Duration)
    -> TokenStoreFuture<'a, Option<Lease>>;
}

impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    fn get<'a>(&'a self, key: &'a str) -> TokenStoreFuture<'a, Option<Vec<u8>>> {
        S::get(self, key)
    }

    fn put<'a>(
        &'a self,
        key: &'a str,
        entry: Vec<u8>,
        lifetime: Duration,
    ) -> TokenStoreFuture<'a, ()> {
        S::put(self, key, entry, lifetime)
    }

    fn lease<'a>(
        &'a self,
        key: &'a str,
        duration: Duration,
    ) -> TokenStoreFuture<'a, Option<Lease>> {
        S::lease(self, key, duration)
    }
}

/// The exclusive right to request the token of one key.
///
/// One process has it at a time. The client releases it when its request has ended. If it is dropped instead, because the process
/// ends, the future passed to [`new`](Self::new) is dropped without being polled.
///
/// # Examples
///
/// ```
/// use cognito_m2m::client::Lease;
///
/// let lease = Lease::new(async { println!("released") });
/// # futures_util::future::FutureExt::now_or_never(async {
/// lease.release().await;
/// # }).expect("it does not wait");
/// ```
#[must_use = "a lease ends when it is dropped"]
pub struct Lease {
    release: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Lease {
    /// Creates a lease. The future releases it.
    pub fn new(release: impl Future<Output = ()> + Send + 'static) -> Self {
        Self {
            release: Box::pin(release),
        }
    }

    /// Releases the lease.
    pub async fn release(self) {
        self.release.await;
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").finish_non_exhaustive()
    }
}
