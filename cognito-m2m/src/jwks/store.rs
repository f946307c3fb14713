use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{Notify, watch};

use super::cooldown::Cooldown;
use super::generation::KeysGeneration;
use super::key::VerificationKey;
use super::key_set::KeySet;
use super::pending_fetch::{Incomplete, PendingFetch};
use super::snapshot::Snapshot;
use crate::error_chain::chain;
use crate::runtime::OwnerProcess;
use crate::time::ClockReading;

/// The signing keys from one JWKS URL, read without a lock and without waiting.
///
/// One background task ([`RefreshTask`](super::RefreshTask)) writes them. Readers see snapshots,
/// can request a fetch, and are notified when a requested fetch has ended.
#[derive(Clone, Debug)]
pub(crate) struct KeyStore(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    snapshot: ArcSwap<Snapshot>,
    generation: KeysGeneration,
    requested: Notify,
    requests: AtomicU64,
    /// `true` if the background task has been notified of a due fetch and has not handled it yet.
    due_fetch_requested: AtomicBool,
    handled: watch::Sender<u64>,
    limits: KeyLimits,
    cooldown: Arc<Cooldown>,
    /// The process of the background task.
    process: Arc<OwnerProcess>,
}

/// The text of [`KeyStore::last_error`] in a child process.
const FORKED: &str = "the process has forked since `CognitoAuth` was built, and the keys are not refreshed in the child: build it after the fork";

#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyLimits {
    pub(crate) max_stale: Duration,
    pub(crate) fetch_timeout: Duration,
}

/// The error returned if the signing keys of a user pool are unavailable.
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
#[error("the signing keys of the user pool are unavailable")]
pub struct KeysUnavailable {
    /// The time until the next possible fetch. It can be zero.
    pub retry_after: Duration,
}

/// The reason why a key was not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyNotFound {
    /// The last fetch succeeded, and its key set does not contain the `kid`.
    Unknown,
    Unavailable(KeysUnavailable),
}

impl KeyStore {
    pub(crate) fn new(
        limits: KeyLimits,
        cooldown: Arc<Cooldown>,
        process: Arc<OwnerProcess>,
    ) -> Self {
        // The background task begins with a fetch; earlier requests wait for that one.
        let snapshot = Snapshot {
            fetching: true,
            ..Snapshot::default()
        };
        Self(Arc::new(Shared {
            snapshot: ArcSwap::from_pointee(snapshot),
            generation: KeysGeneration::default(),
            requested: Notify::new(),
            requests: AtomicU64::new(0),
            due_fetch_requested: AtomicBool::new(false),
            handled: watch::Sender::new(0),
            limits,
            cooldown,
            process,
        }))
    }

    /// Returns the key with this `kid`. An unknown `kid` starts a fetch, unless the last one is
    /// too recent.
    ///
    /// While this source has no keys or is failing, `find_elsewhere` is called for a key that it does not have.
    pub(super) fn find(
        &self,
        kid: &str,
        now: ClockReading,
        find_elsewhere: impl Fn(Option<ClockReading>) -> Option<Arc<VerificationKey>>,
    ) -> Result<Arc<VerificationKey>, Incomplete<KeyNotFound>> {
        let snapshot = self.0.snapshot.load();
        self.request_due_fetch(&snapshot, now);
        match self.find_or_elsewhere(&snapshot, kid, now, &find_elsewhere) {
            Some(key) => Ok(key),
            None if self.0.process.has_forked() => {
                Ok(self.find_without_fetch(kid, now, find_elsewhere)?)
            }
            None if snapshot.fetching => {
                // Subscribe before checking again: the fetch may have ended in the meantime, and
                // its end is announced only once.
                let pending = self.pending();
                if self.0.snapshot.load().fetching {
                    Err(Incomplete::Waiting(pending))
                } else {
                    Ok(self.find_without_fetch(kid, now, find_elsewhere)?)
                }
            }
            None if snapshot.stopped || self.is_cooling_down(&snapshot, now) => {
                Ok(self.find_without_fetch(kid, now, find_elsewhere)?)
            }
            None => Err(Incomplete::Waiting(self.request())),
        }
    }

    /// Returns the key with this `kid` from the keys that have been fetched so far.
    pub(super) fn find_without_fetch(
        &self,
        kid: &str,
        now: ClockReading,
        find_elsewhere: impl Fn(Option<ClockReading>) -> Option<Arc<VerificationKey>>,
    ) -> Result<Arc<VerificationKey>, KeyNotFound> {
        let snapshot = self.0.snapshot.load();
        if let Some(key) = self.find_or_elsewhere(&snapshot, kid, now, &find_elsewhere) {
            return Ok(key);
        }
        let is_usable = self.usable(&snapshot, now).is_some();
        if is_usable && snapshot.last_error.is_none() && !self.0.process.has_forked() {
            Err(KeyNotFound::Unknown)
        } else {
            Err(KeyNotFound::Unavailable(self.unavailable(&snapshot, now)))
        }
    }

    /// Calls `read` with the keys of this source, if they were fetched at `since` or later. Older keys
    /// may contain one that was withdrawn by then.
    pub(super) fn with_keys_since<T>(
        &self,
        since: Option<ClockReading>,
        now: ClockReading,
        read: impl FnOnce(&KeySet) -> Option<T>,
    ) -> Option<T> {
        let snapshot = self.0.snapshot.load();
        let is_older = |since: ClockReading| snapshot.refreshed_at.monotonic < since.monotonic;
        if since.is_some_and(is_older) {
            return None;
        }
        read(self.usable(&snapshot, now)?)
    }

    /// Returns `true` if the last fetch succeeded and had no keys: status 403 of an UPDATED issuer.
    pub(super) fn is_never_used(&self) -> bool {
        let snapshot = self.0.snapshot.load();
        let is_empty = snapshot.keys.as_ref().is_some_and(|keys| keys.is_empty());
        is_empty && snapshot.last_error.is_none()
    }

    fn find_or_elsewhere(
        &self,
        snapshot: &Snapshot,
        kid: &str,
        now: ClockReading,
        find_elsewhere: impl Fn(Option<ClockReading>) -> Option<Arc<VerificationKey>>,
    ) -> Option<Arc<VerificationKey>> {
        let own = self.usable(snapshot, now).and_then(|keys| keys.find(kid));
        match own {
            Some(key) => Some(Arc::clone(key)),
            None if snapshot.needs_others() => find_elsewhere(snapshot.keys_fetched_at()),
            None => None,
        }
    }

    /// Returns the time until which this key can be used as long as the snapshot is the same, or `None` if
    /// it can't be used.
    ///
    /// A key of the current key set can be used until the set is too old, or until the next fetch is due,
    /// which a request must trigger. While this source has no keys or is failing, `is_held_elsewhere` is
    /// called for a key that it does not have, and the result expires at `now`.
    pub(super) fn held_until(
        &self,
        key: &Arc<VerificationKey>,
        now: ClockReading,
        is_held_elsewhere: impl Fn(Option<ClockReading>) -> bool,
    ) -> Option<ClockReading> {
        let snapshot = self.0.snapshot.load();
        self.request_due_fetch(&snapshot, now);
        let keys = self.usable(&snapshot, now);
        if keys.is_some_and(|keys| keys.holds(key)) {
            let usable_until = self.usable_until(&snapshot);
            return Some(match snapshot.next_request_at() {
                Some(due_at) => usable_until.earliest(due_at),
                None => usable_until,
            });
        }
        let is_held = snapshot.needs_others() && is_held_elsewhere(snapshot.keys_fetched_at());
        is_held.then_some(now)
    }

    /// Returns the generation of the keys. It changes with each update.
    pub(super) fn generation(&self) -> KeysGeneration {
        self.0.generation.clone()
    }

    /// Returns the error of the last fetch with its sources, or `None` if it succeeded or there was
    /// no fetch yet. In a forked child process, where no fetch runs, the error reports the fork.
    pub(super) fn last_error(&self) -> Option<String> {
        if self.has_forked() {
            return Some(FORKED.to_owned());
        }
        let error = self.0.snapshot.load().last_error.clone()?;
        Some(chain(&*error))
    }

    /// Returns `true` if the last fetch that has ended has failed.
    pub(super) fn has_failed(&self) -> bool {
        self.0.snapshot.load().last_error.is_some()
    }

    /// Returns the fetch in progress, if any.
    pub(super) fn fetch_in_progress(&self) -> Option<PendingFetch> {
        // Subscribe before checking: the end of a fetch is announced only once.
        let pending = self.pending();
        self.0.snapshot.load().fetching.then_some(pending)
    }

    /// Returns the time since the keys were last refreshed, or `None` if there are none.
    pub(super) fn age(&self, now: ClockReading) -> Option<Duration> {
        let snapshot = self.0.snapshot.load();
        let keys = snapshot.keys.as_ref().filter(|keys| !keys.is_empty());
        keys.map(|_| now.time_since(snapshot.refreshed_at))
    }

    /// Returns `true` in a child process that was forked after the background task was started.
    fn has_forked(&self) -> bool {
        self.0.process.has_forked()
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.0.snapshot.load_full()
    }

    /// Returns an error if there are no usable keys, or if they are no longer refreshed because the
    /// process has forked.
    pub(super) fn check_available(&self, now: ClockReading) -> Result<(), KeysUnavailable> {
        let snapshot = self.0.snapshot.load();
        let unavailable = || self.unavailable(&snapshot, now);
        self.usable(&snapshot, now)
            .filter(|keys| !keys.is_empty() && !self.has_forked())
            .map(drop)
            .ok_or_else(unavailable)
    }

    /// Returns the fetch that is in progress, or requests the one that is due. Returns `None` if no
    /// fetch starts now.
    pub(super) fn fetch_if_due(&self, now: ClockReading) -> Option<PendingFetch> {
        // Subscribe before checking: the end of a fetch is announced only once.
        let pending = self.pending();
        let snapshot = self.snapshot();
        if snapshot.stopped || self.has_forked() {
            None
        } else if snapshot.fetching {
            Some(pending)
        } else {
            snapshot.is_due(now).then(|| self.request())
        }
    }

    /// Subscribes to the end of a fetch. The fetch continues even if its subscribers are dropped.
    fn pending(&self) -> PendingFetch {
        PendingFetch::new(
            self.0.handled.subscribe(),
            None,
            self.0.limits.fetch_timeout,
        )
    }

    /// Requests a fetch. The end of a fetch that was requested earlier does not complete this
    /// request.
    pub(super) fn request(&self) -> PendingFetch {
        let handled = self.0.handled.subscribe();
        let earlier = self.0.requests.fetch_add(1, Ordering::SeqCst);
        self.0.requested.notify_one();
        let request = Some(earlier.wrapping_add(1));
        PendingFetch::new(handled, request, self.0.limits.fetch_timeout)
    }

    /// Notifies the background task, without waiting, of a fetch that is due.
    ///
    /// The task wakes up by itself when a fetch is due. After a suspended machine resumes, that can
    /// take seconds, because the monotonic clock stood still. However many requests find that a
    /// fetch is due, only one of them notifies the task.
    fn request_due_fetch(&self, snapshot: &Snapshot, now: ClockReading) {
        if snapshot
            .next_request_at()
            .is_none_or(|due_at| !now.has_reached(due_at))
        {
            return;
        }
        let is_requested = &self.0.due_fetch_requested;
        if is_requested.load(Ordering::Relaxed) || is_requested.swap(true, Ordering::Relaxed) {
            return;
        }
        if !self.0.process.has_forked() {
            self.0.requested.notify_one();
        }
    }

    /// Waits for the next request. Called only by the background task.
    pub(crate) async fn requested(&self) {
        self.0.requested.notified().await;
        // Cleared before the snapshot is read. A later request notifies the task again.
        self.0.due_fetch_requested.store(false, Ordering::Relaxed);
    }

    /// Returns the number of the latest request.
    pub(crate) fn last_request(&self) -> u64 {
        self.0.requests.load(Ordering::SeqCst)
    }

    /// Changes the snapshot. Called only by the background task: with a single writer, no update is
    /// lost between reading and writing.
    pub(crate) fn update(&self, change: impl FnOnce(&mut Snapshot)) {
        let mut next = Snapshot::clone(&self.0.snapshot.load());
        change(&mut next);
        self.0.snapshot.store(Arc::new(next));
        self.0.generation.advance();
    }

    /// Notifies waiting callers that all requests up to this one have been handled.
    pub(crate) fn announce_handled(&self, request: u64) {
        self.0.handled.send_replace(request);
    }

    fn is_cooling_down(&self, snapshot: &Snapshot, now: ClockReading) -> bool {
        let left = self.0.cooldown.time_left(snapshot.last_attempt_at, now);
        !left.is_zero()
    }

    fn usable<'s>(&self, snapshot: &'s Snapshot, now: ClockReading) -> Option<&'s KeySet> {
        let keys = snapshot.keys.as_deref();
        keys.filter(|_| !now.has_reached(self.usable_until(snapshot)))
    }

    fn usable_until(&self, snapshot: &Snapshot) -> ClockReading {
        snapshot.refreshed_at.after(self.0.limits.max_stale)
    }

    /// Creates the error. The next possible fetch is the scheduled one, or one that a request
    /// starts after the cool-down.
    fn unavailable(&self, snapshot: &Snapshot, now: ClockReading) -> KeysUnavailable {
        let last_attempt_at = snapshot.last_attempt_at.unwrap_or(now);
        let by_request = self.0.cooldown.time_left(Some(last_attempt_at), now);
        KeysUnavailable {
            retry_after: now.time_until(snapshot.next_attempt_at).min(by_request),
        }
    }
}
