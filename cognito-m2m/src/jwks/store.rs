use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{Notify, watch};

use super::FetchError;
use super::key_set::{KeySet, VerificationKey};

/// The keys of one user pool, read without a lock and without waiting.
///
/// Writing is the business of one background task ([`Schedule`](super::Schedule)); the two meet
/// in snapshots, in requests to fetch, and in the news that a request has been settled.
#[derive(Clone, Debug)]
pub(crate) struct KeyStore(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    snapshot: ArcSwap<Snapshot>,
    requested: Notify,
    requests: AtomicU64,
    settled: watch::Sender<u64>,
    limits: KeyLimits,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyLimits {
    pub(crate) cooldown: Duration,
    pub(crate) max_stale: Duration,
    pub(crate) fetch_timeout: Duration,
}

/// The keys of a user pool can't be had.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use cognito_m2m::jwks::KeysUnavailable;
///
/// let unavailable = KeysUnavailable { retry_after: Duration::from_secs(2) };
/// assert!(unavailable.to_string().contains("keys"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the keys of the user pool, and they can't be had")]
pub struct KeysUnavailable {
    /// Until the next attempt.
    pub retry_after: Duration,
}

/// What is known at one moment; all times are of the monotonic clock.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) keys: Option<Arc<KeySet>>,
    pub(crate) refreshed_at: Duration,
    pub(crate) last_attempt_at: Option<Duration>,
    pub(crate) last_error: Option<Arc<FetchError>>,
    pub(crate) next_attempt_at: Duration,
    pub(crate) fetching: bool,
    /// The schedule has ended: nobody fetches any more.
    pub(crate) stopped: bool,
}

/// What is to be done about a `kid`.
pub(crate) enum Lookup {
    Found(Arc<VerificationKey>),
    /// The last fetch succeeded, and there is no such key.
    Unknown,
    Unavailable(KeysUnavailable),
    /// A fetch may bring the key: wait for it, then ask [`KeyStore::settle`].
    Fetching(PendingFetch),
}

impl KeyStore {
    pub(crate) fn new(limits: KeyLimits) -> Self {
        // The schedule begins with a fetch, so a request that comes before waits for that one.
        let snapshot = Snapshot {
            fetching: true,
            ..Snapshot::default()
        };
        Self(Arc::new(Shared {
            snapshot: ArcSwap::from_pointee(snapshot),
            requested: Notify::new(),
            requests: AtomicU64::new(0),
            settled: watch::Sender::new(0),
            limits,
        }))
    }

    pub(crate) fn find(&self, kid: &str, now: Duration) -> Lookup {
        let snapshot = self.0.snapshot.load();
        match self.usable(&snapshot, now).and_then(|keys| keys.find(kid)) {
            Some(key) => Lookup::Found(Arc::clone(key)),
            None if snapshot.fetching => {
                // Subscribed first, looked again second: the fetch may have ended in between, and
                // then nobody would announce it once more.
                let pending = self.pending();
                if self.0.snapshot.load().fetching {
                    Lookup::Fetching(pending)
                } else {
                    self.settle(kid, now)
                }
            }
            None if snapshot.stopped || self.is_cooling_down(&snapshot, now) => {
                self.settle(kid, now)
            }
            None => Lookup::Fetching(self.request()),
        }
    }

    /// Answers without a further fetch.
    pub(crate) fn settle(&self, kid: &str, now: Duration) -> Lookup {
        let snapshot = self.0.snapshot.load();
        match self.usable(&snapshot, now) {
            Some(keys) => match keys.find(kid) {
                Some(key) => Lookup::Found(Arc::clone(key)),
                None if snapshot.last_error.is_none() => Lookup::Unknown,
                None => Lookup::Unavailable(self.unavailable(&snapshot, now)),
            },
            None => Lookup::Unavailable(self.unavailable(&snapshot, now)),
        }
    }

    /// Whether this very key may still verify.
    pub(crate) fn holds(&self, key: &Arc<VerificationKey>, now: Duration) -> bool {
        let snapshot = self.0.snapshot.load();
        self.usable(&snapshot, now)
            .is_some_and(|keys| keys.holds(key))
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.0.snapshot.load_full()
    }

    pub(crate) fn available(&self, now: Duration) -> Result<(), KeysUnavailable> {
        let snapshot = self.0.snapshot.load();
        let unavailable = || self.unavailable(&snapshot, now);
        self.usable(&snapshot, now)
            .map(|_| ())
            .ok_or_else(unavailable)
    }

    pub(crate) fn has_usable_keys(&self, now: Duration) -> bool {
        self.usable(&self.0.snapshot.load(), now).is_some()
    }

    /// The news that a fetch has ended. Whoever starts one may vanish: others hear of it all the same.
    pub(crate) fn pending(&self) -> PendingFetch {
        PendingFetch {
            settled: self.0.settled.subscribe(),
            request: None,
            patience: self.0.limits.fetch_timeout.saturating_mul(2),
        }
    }

    /// Asks for a fetch. An answer to somebody who has asked before is none to this request.
    fn request(&self) -> PendingFetch {
        let pending = self.pending();
        let earlier = self.0.requests.fetch_add(1, Ordering::SeqCst);
        self.0.requested.notify_one();
        PendingFetch {
            request: Some(earlier.wrapping_add(1)),
            ..pending
        }
    }

    /// Waits until somebody asks for a fetch; for the schedule only.
    pub(crate) async fn requested(&self) {
        self.0.requested.notified().await;
    }

    /// The last request so far.
    pub(crate) fn last_request(&self) -> u64 {
        self.0.requests.load(Ordering::SeqCst)
    }

    /// For the schedule only: it is the one writer, so nothing is lost between reading and writing.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Snapshot)) {
        let mut next = Snapshot::clone(&self.0.snapshot.load());
        change(&mut next);
        self.0.snapshot.store(Arc::new(next));
    }

    /// Tells those who wait, whose requests up to this one have been seen to.
    pub(crate) fn announce_settled(&self, request: u64) {
        self.0.settled.send_replace(request);
    }

    pub(crate) fn is_cooling_down(&self, snapshot: &Snapshot, now: Duration) -> bool {
        snapshot
            .last_attempt_at
            .is_some_and(|last| now < last.saturating_add(self.0.limits.cooldown))
    }

    fn usable<'s>(&self, snapshot: &'s Snapshot, now: Duration) -> Option<&'s KeySet> {
        let good_until = snapshot
            .refreshed_at
            .saturating_add(self.0.limits.max_stale);
        snapshot.keys.as_deref().filter(|_| now < good_until)
    }

    /// The next attempt is the schedule's, or that of a request once the cool-down is over.
    fn unavailable(&self, snapshot: &Snapshot, now: Duration) -> KeysUnavailable {
        let by_request = snapshot
            .last_attempt_at
            .unwrap_or(now)
            .saturating_add(self.0.limits.cooldown);
        let next = snapshot.next_attempt_at.min(by_request);
        KeysUnavailable {
            retry_after: next.saturating_sub(now),
        }
    }
}

/// A fetch that somebody has asked for.
pub(crate) struct PendingFetch {
    settled: watch::Receiver<u64>,
    /// None for whoever has joined a fetch that was under way.
    request: Option<u64>,
    patience: Duration,
}

impl PendingFetch {
    /// Completes when the fetch has ended. A fetch has a time limit of its own; the one here is
    /// for a background thread that has been shut down.
    pub(crate) async fn ended(mut self) {
        let settled = async {
            match self.request {
                Some(request) => drop(self.settled.wait_for(|done| *done >= request).await),
                None => drop(self.settled.changed().await),
            }
        };
        let _ = tokio::time::timeout(self.patience, settled).await;
    }
}
