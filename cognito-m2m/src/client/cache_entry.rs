use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwapOption;
use tokio::sync::watch;

use super::access_token::AccessToken;
use super::cached_token::{CachedToken, next_fetch_at};
use super::error::TokenClientError;
use super::fetched_token::FetchedToken;
use super::invalidation_limit::InvalidationLimit;
use super::requested_token::RequestedToken;
use super::retry::{FailedFetch, RememberedError, pause_after_expired};
use crate::time::ClockReading;

/// The result of a fetch, sent to every caller that waits for it.
pub(super) type FetchResult = Result<FetchedToken, TokenClientError>;
pub(super) type FetchReceiver = watch::Receiver<Option<FetchResult>>;

/// One cached token, and at most one fetch under way.
pub(super) struct CacheEntry {
    requested: RequestedToken,
    last_use: AtomicU64,
    cached: ArcSwapOption<CachedToken>,
    // Locked for a few instructions by callers that find no usable token, never across an await.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    fetch: Option<FetchReceiver>,
    failure: Option<RememberedError>,
    /// The number of consecutive tokens that had expired when they arrived.
    expired_tokens: u32,
    /// The time before which no token is fetched, after one with a short lifetime.
    next_fetch_at: Option<ClockReading>,
    invalidations: InvalidationLimit,
}

/// A fetch that is registered with its entry, so that callers wait for it.
///
/// Its owner must run it. If it is dropped, the waiting callers fail.
pub(super) struct SharedFetch {
    entry: Arc<CacheEntry>,
    not_before: Option<ClockReading>,
    result: watch::Sender<Option<FetchResult>>,
}

/// The outcome for a caller that found no usable token in the cache.
pub(super) enum Joined {
    /// Another caller's fetch has completed in the meantime.
    Token(AccessToken),
    /// The caller waits for this result. It must also run the fetch, if there is one.
    Waiting(FetchReceiver, Option<SharedFetch>),
}

impl CacheEntry {
    pub(super) fn new(requested: RequestedToken) -> Self {
        Self {
            requested,
            last_use: AtomicU64::new(0),
            cached: ArcSwapOption::empty(),
            state: Mutex::default(),
        }
    }

    /// Records a use at this time, which the cache counts.
    pub(super) fn touch(&self, time: u64) {
        // Writing only changes keeps the value in the caches of all threads that use the token.
        if self.last_use.load(Ordering::Relaxed) != time {
            self.last_use.store(time, Ordering::Relaxed);
        }
    }

    pub(super) fn last_use(&self) -> u64 {
        self.last_use.load(Ordering::Relaxed)
    }

    /// Returns `true` while callers wait for a fetch.
    pub(super) fn is_fetching(&self) -> bool {
        self.state().fetch_under_way().is_some()
    }

    /// Returns `true` while the error of the last fetch is remembered.
    pub(super) fn remembers_error(&self, now: ClockReading) -> bool {
        self.state().remembered(now).is_some()
    }

    /// Remembers an error until this time.
    #[cfg(test)]
    pub(super) fn remember_for_tests(&self, until: ClockReading) {
        self.state().failure = Some(RememberedError {
            error: TokenClientError::Stopped,
            until,
        });
    }

    /// Removes the token of an entry that is evicted, so that it is not renewed any more.
    pub(super) fn clear(&self) {
        self.cached.store(None);
    }

    /// Returns the cached token if it is usable. If its renewal is due, the caller must run the
    /// fetch that is returned with it.
    ///
    /// No renewal starts while `is_blocked` returns `true`, because the client is refused or
    /// throttled.
    pub(super) fn cached_token(
        self: &Arc<Self>,
        now: ClockReading,
        is_blocked: impl FnOnce() -> bool,
    ) -> Option<(AccessToken, Option<SharedFetch>)> {
        let cached = self.cached.load();
        let cached = cached.as_ref()?;
        let token = cached.use_at(now)?;
        let is_due = cached.is_renewal_due(now) && !is_blocked();
        let renewal = is_due.then(|| self.start_renewal(cached, now)).flatten();
        Some((token, renewal))
    }

    /// Joins the fetch under way, or starts one unless an earlier error is still remembered.
    ///
    /// `client_failure` is the remembered refusal or throttling of the client, which applies to all
    /// tokens.
    pub(super) fn join_or_start(
        self: &Arc<Self>,
        now: ClockReading,
        client_failure: Option<TokenClientError>,
    ) -> Result<Joined, TokenClientError> {
        let mut state = self.state();
        // A fetch may have completed since the caller checked the cache.
        let cached = self.cached.load();
        if let Some(token) = cached.as_ref().and_then(|cached| cached.use_at(now)) {
            return Ok(Joined::Token(token));
        }
        if let Some(receiver) = state.fetch_under_way() {
            return Ok(Joined::Waiting(receiver, None));
        }
        let failure = state.remembered(now).map(|it| it.error.clone());
        if let Some(error) = failure.or(client_failure) {
            return Err(error);
        }
        let (fetch, receiver) = state.start(self);
        Ok(Joined::Waiting(receiver, Some(fetch)))
    }

    /// Starts the renewal of a token, unless the token was replaced, a fetch is under way, or the
    /// error of an earlier one is still remembered.
    pub(super) fn start_renewal(
        self: &Arc<Self>,
        cached: &Arc<CachedToken>,
        now: ClockReading,
    ) -> Option<SharedFetch> {
        let mut state = self.state();
        if state.remembered(now).is_some() || !cached.claim_renewal() {
            return None;
        }
        let can_start = self.is_current(cached) && state.fetch_under_way().is_none();
        can_start.then(|| state.start(self).0)
    }

    /// Stores the result of a fetch. Returns the cached token that must be renewed next, if any.
    fn complete(
        &self,
        result: Result<FetchedToken, FailedFetch>,
        now: ClockReading,
        jitter: f64,
    ) -> (FetchResult, Option<Arc<CachedToken>>) {
        let mut state = self.state();
        state.fetch = None;
        match result {
            Ok(fetched) => {
                state.failure = None;
                state.expired_tokens = 0;
                state.next_fetch_at = next_fetch_at(&fetched.life);
                let cached = self.cache(&fetched, now, jitter, state.next_fetch_at);
                (Ok(fetched), cached)
            }
            Err(failed) => {
                let (error, retry_at) = state.remember(failed, now);
                let cached = self.cached.load_full();
                let cached = cached.filter(|cached| cached.postpone_renewal(now, retry_at));
                (Err(error), cached)
            }
        }
    }

    /// Caches a token, unless its lifetime is unknown, or so short that it is an old token from a cache
    /// and the present one lives longer. Returns the token to renew next, if any.
    fn cache(
        &self,
        fetched: &FetchedToken,
        now: ClockReading,
        jitter: f64,
        next_fetch_at: Option<ClockReading>,
    ) -> Option<Arc<CachedToken>> {
        let fetched = CachedToken::new(fetched, jitter).map(Arc::new)?;
        if next_fetch_at.is_some() {
            let current = self.cached.load_full();
            let current = current.filter(|current| current.outlives(&fetched, now));
            if let Some(current) = current {
                current.postpone_renewal(now, next_fetch_at);
                return Some(current);
            }
        }
        self.cached.store(Some(Arc::clone(&fetched)));
        Some(fetched)
    }

    /// Removes a token that an API refused. Returns `false` if it is no longer the cached one, or
    /// if tokens were invalidated too often.
    ///
    /// A token of a store does not count as one: it is not taken from the store again, so the next token
    /// is a new one.
    pub(super) fn invalidate(&self, token: &AccessToken, now: ClockReading) -> bool {
        let mut state = self.state();
        let cached = self.cached.load();
        let is_removed = cached.as_ref().is_some_and(|cached| {
            cached.contains(token) && (cached.is_from_store() || state.invalidations.allow(now))
        });
        if is_removed {
            self.cached.store(None);
            state.next_fetch_at = None;
        }
        is_removed
    }

    /// Returns the last token, which can have ended. It does not count as used.
    pub(super) fn last_token(&self) -> Option<Arc<CachedToken>> {
        self.cached.load_full()
    }

    /// Returns `true` if this token has not been replaced.
    pub(super) fn is_current(&self, cached: &Arc<CachedToken>) -> bool {
        let current = self.cached.load();
        current.as_ref().is_some_and(|it| Arc::ptr_eq(it, cached))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is complete in itself, so the state is valid even if the lock is poisoned.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns the error of the last fetch, for as long as it is remembered.
    fn remembered(&self, now: ClockReading) -> Option<&RememberedError> {
        let failure = self.failure.as_ref();
        failure.filter(|it| !now.has_reached(it.until))
    }

    /// Returns the fetch under way, ignoring one whose task was dropped.
    fn fetch_under_way(&self) -> Option<FetchReceiver> {
        let receiver = self.fetch.as_ref()?;
        receiver.has_changed().is_ok().then(|| receiver.clone())
    }

    fn start(&mut self, entry: &Arc<CacheEntry>) -> (SharedFetch, FetchReceiver) {
        let (result, receiver) = watch::channel(None);
        self.fetch = Some(receiver.clone());
        let fetch = SharedFetch {
            entry: Arc::clone(entry),
            not_before: self.next_fetch_at,
            result,
        };
        (fetch, receiver)
    }

    /// Remembers the error of a fetch. Returns it with the time before which no other fetch starts.
    fn remember(
        &mut self,
        failed: FailedFetch,
        now: ClockReading,
    ) -> (TokenClientError, Option<ClockReading>) {
        let FailedFetch { error, retry_at } = failed;
        let retry_at = if error.is_expired_on_arrival() {
            self.expired_tokens = self.expired_tokens.saturating_add(1);
            Some(now.after(pause_after_expired(self.expired_tokens)))
        } else {
            retry_at
        };
        self.failure = retry_at.map(|until| RememberedError {
            error: error.clone(),
            until,
        });
        (error, retry_at)
    }
}

impl SharedFetch {
    pub(super) fn entry(&self) -> &Arc<CacheEntry> {
        &self.entry
    }

    pub(super) fn requested(&self) -> &RequestedToken {
        &self.entry.requested
    }

    /// Returns the time before which no request can be sent.
    pub(super) fn not_before(&self) -> Option<ClockReading> {
        self.not_before
    }

    /// Stores the result and sends it to the waiting callers. Returns the cached token that must be
    /// renewed next, if any.
    ///
    /// `jitter`, from 0 to 1, delays the renewal of the new token.
    pub(super) fn complete(
        self,
        result: Result<FetchedToken, FailedFetch>,
        now: ClockReading,
        jitter: f64,
    ) -> Option<Arc<CachedToken>> {
        let (result, cached) = self.entry.complete(result, now, jitter);
        self.result.send_replace(Some(result));
        cached
    }
}
