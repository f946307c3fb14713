use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::SecretString;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::context::StoreContext;
use super::entry::{UnusableEntry, from_entry, to_entry};
use super::error::TokenStoreError;
use super::interface::{LEASE_DURATION, Lease, TokenStore};
use super::refused_tokens::RefusedTokens;
use super::seal::Seal;
use super::warnings::Warnings;
use crate::client::access_token::AccessToken;
use crate::client::fetched_token::FetchedToken;
use crate::client::requested_token::RequestedToken;
use crate::client::secret_set::SecretSet;
use crate::time::{Clock, ClockReading};

/// The time for which a store is not used after a failure, so that a hanging store delays one fetch
/// and not each.
const PAUSE: Duration = Duration::from_secs(10);

/// The maximum size of an entry. The largest possible token takes about 18 KiB.
const MAX_BYTES: usize = 64 * 1024;

/// The tokens of one client in a store, encrypted.
///
/// A failure of the store is logged and reported as an absent token, so that the caller requests one.
pub(in crate::client) struct SharedTokens {
    store: Arc<dyn TokenStore>,
    context: StoreContext,
    time_limit: Duration,
    clock: Arc<dyn Clock>,
    refused: RefusedTokens,
    warnings: Warnings,
    // Locked for a few instructions before and after an operation, never across an await.
    unavailable_until: Mutex<Option<ClockReading>>,
}

/// The result of asking for a lease.
pub(in crate::client) enum LeaseAttempt {
    Obtained(Lease),
    /// Another process has it.
    Taken,
    /// The store has failed.
    Unavailable,
}

/// The key and the encryption of one token, for one secret.
struct Place {
    seal: Seal,
    context: Vec<u8>,
    key: String,
}

/// An encrypted entry, ready for the store.
struct Sealed {
    key: String,
    entry: Vec<u8>,
    lifetime: Duration,
}

impl SharedTokens {
    /// `time_limit` is the limit of one operation of the store, in real time.
    pub(in crate::client) fn new(
        store: Arc<dyn TokenStore>,
        context: StoreContext,
        time_limit: Duration,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            context,
            time_limit,
            clock,
            refused: RefusedTokens::default(),
            warnings: Warnings::default(),
            unavailable_until: Mutex::default(),
        }
    }

    /// Remembers that an API has refused this token, so that it is not taken from the store again.
    pub(in crate::client) fn refuse(&self, token: &AccessToken) {
        self.refused.add(token, self.clock.now());
    }

    /// Returns a usable token that an earlier request of any process has stored, sealed with one of
    /// the secrets.
    ///
    /// Must be called in a Tokio runtime, like all other methods.
    pub(in crate::client) async fn find(
        &self,
        requested: &RequestedToken,
        secrets: &SecretSet,
        time_left: Duration,
        is_wanted: impl Fn(&FetchedToken) -> bool,
    ) -> Option<FetchedToken> {
        for (_, secret) in secrets.secrets_to_try() {
            let place = self.place(requested, secret)?;
            let (store, key) = (Arc::clone(&self.store), place.key.clone());
            let get = async move { store.get(&key).await };
            let Some(Some(entry)) = self.run(time_left, get).await else {
                continue;
            };
            let found = self.opened(&place, &entry, requested);
            if let Some(found) = found.filter(&is_wanted) {
                return Some(found);
            }
        }
        None
    }

    /// Stores a token that was requested just now, sealed with the secret that was accepted last.
    ///
    /// Waits for `time_left` at most. Then the operation continues in the background.
    pub(in crate::client) async fn put(
        self: &Arc<Self>,
        fetched: &FetchedToken,
        secrets: &SecretSet,
        time_left: Duration,
    ) {
        // A cache in front of the token endpoint can return a refused token again.
        if self.refused.contain(&fetched.token) {
            return;
        }
        let Some(Sealed {
            key,
            entry,
            lifetime,
        }) = self.sealed(fetched, secrets)
        else {
            return;
        };
        let shared = Arc::clone(self);
        let put = tokio::spawn(async move {
            let store = Arc::clone(&shared.store);
            let put = async move { store.put(&key, entry, lifetime).await };
            shared.run(Duration::MAX, put).await
        });
        // Errors are logged by `run`.
        let _ = timeout(time_left, put).await;
    }

    /// Asks for the lease of a token.
    pub(in crate::client) async fn lease(
        &self,
        requested: &RequestedToken,
        secrets: &SecretSet,
        time_left: Duration,
    ) -> LeaseAttempt {
        let preferred = secrets.secrets_to_try().next();
        let place = preferred.and_then(|(_, secret)| self.place(requested, secret));
        let Some(Place { key, .. }) = place else {
            return LeaseAttempt::Unavailable;
        };
        let store = Arc::clone(&self.store);
        let lease = async move { store.lease(&key, LEASE_DURATION).await };
        match self.run(time_left, lease).await {
            Some(Some(lease)) => LeaseAttempt::Obtained(lease),
            Some(None) => LeaseAttempt::Taken,
            None => LeaseAttempt::Unavailable,
        }
    }

    /// Releases a lease in the background.
    pub(in crate::client) fn release(&self, lease: Lease) {
        let time_limit = self.time_limit;
        tokio::spawn(async move {
            // If it takes too long, the lease ends by itself.
            let _ = timeout(time_limit, lease.release()).await;
        });
    }

    fn place(&self, requested: &RequestedToken, secret: &SecretString) -> Option<Place> {
        let seal = Seal::new(secret);
        let context = self.context.of(requested);
        let key = seal.key_of(&context).ok()?;
        Some(Place { seal, context, key })
    }

    fn sealed(&self, fetched: &FetchedToken, secrets: &SecretSet) -> Option<Sealed> {
        let (_, secret) = secrets.secrets_to_try().next()?;
        let Place { seal, context, key } = self.place(fetched.token.requested(), secret)?;
        Some(Sealed {
            key,
            entry: seal.seal(&context, &to_entry(fetched)?).ok()?,
            lifetime: fetched.life.lifetime()?,
        })
    }

    /// Decrypts an entry. Returns `None` if it is corrupt or not usable, or if an API has refused its
    /// token.
    fn opened(
        &self,
        place: &Place,
        entry: &[u8],
        requested: &RequestedToken,
    ) -> Option<FetchedToken> {
        let now = self.clock.now();
        let is_small = entry.len() <= MAX_BYTES;
        let plain = is_small.then(|| place.seal.open(&place.context, entry));
        let Some(Ok(plain)) = plain else {
            self.warnings.entry_is_unreadable(now);
            return None;
        };
        match from_entry(&plain, requested, now) {
            Ok(found) if self.refused.contain(&found.token) => None,
            Ok(found) => Some(found),
            Err(UnusableEntry::Expired) => None,
            Err(UnusableEntry::FromTheFuture) => {
                self.warnings.entry_is_from_the_future(now);
                None
            }
            Err(UnusableEntry::Malformed) => {
                self.warnings.entry_is_unreadable(now);
                None
            }
        }
    }

    /// Runs an operation of the store within its time limit. Returns `None` if it fails, or if the
    /// store has failed a moment ago.
    async fn run<T: Send + 'static>(
        &self,
        time_left: Duration,
        operation: impl Future<Output = Result<T, TokenStoreError>> + Send + 'static,
    ) -> Option<T> {
        if !self.is_available() {
            return None;
        }
        // In a task of its own, in which the store may panic. The set aborts it at the end of the time,
        // and when the client is dropped.
        let mut task = JoinSet::new();
        task.spawn(operation);
        let result = timeout(self.time_limit.min(time_left), task.join_next()).await;
        let error = match result {
            Ok(Some(Ok(Ok(value)))) => return Some(value),
            Ok(Some(Ok(Err(error)))) => error,
            Ok(Some(Err(_)) | None) => TokenStoreError::Panicked,
            Err(_) => TokenStoreError::TimedOut,
        };
        let now = self.clock.now();
        self.warnings.store_failed(&error, now);
        if !matches!(error, TokenStoreError::Refused(_)) {
            *self.unavailable_until() = Some(now.after(PAUSE));
        }
        None
    }

    /// Returns `false` for a while after a failure.
    pub(in crate::client) fn is_available(&self) -> bool {
        let until = *self.unavailable_until();
        until.is_none_or(|until| self.clock.now().has_reached(until))
    }

    fn unavailable_until(&self) -> MutexGuard<'_, Option<ClockReading>> {
        let until = &self.unavailable_until;
        until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
