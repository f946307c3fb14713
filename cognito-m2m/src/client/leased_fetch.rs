use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::cache_entry::{CacheEntry, SharedFetch};
use super::fetched_token::FetchedToken;
use super::fetcher::TokenFetcher;
use super::retry::FailedFetch;
use super::secret_set::SecretSet;
use super::store::{LEASE_DURATION, Lease, LeaseAttempt, SharedTokens};
use crate::time::ClockReading;

/// The pauses between two looks into the store while another process has the lease.
const MIN_PAUSE: Duration = Duration::from_millis(50);
const MAX_PAUSE: Duration = Duration::from_millis(500);

/// The time left below which a fetch does not use the store.
const MIN_TIME: Duration = Duration::from_millis(100);

/// The result of a fetch with a token store.
pub(super) struct Obtained {
    pub(super) result: Result<FetchedToken, FailedFetch>,
    /// To be released once the result is in the cache.
    pub(super) lease: Option<Lease>,
}

/// What the store contributes to a fetch.
enum Contribution {
    Token(FetchedToken),
    Lease(Lease),
    /// The store fails, or the process with the lease takes too long.
    Nothing,
}

impl SharedFetch {
    /// Takes a token from the store. If the store has none, obtains the lease, and requests and stores
    /// a token. While another process has the lease, waits until that process has stored its token.
    ///
    /// `deadline` is `None` for a renewal, which has time.
    pub(super) async fn obtain(
        &self,
        fetcher: &TokenFetcher,
        shared: &Arc<SharedTokens>,
        deadline: Option<Duration>,
    ) -> Obtained {
        let lease = match self.contribution(fetcher, shared, deadline).await {
            Contribution::Token(token) => {
                let scopes = &self.requested().scopes;
                tracing::debug!(%scopes, "took a token from the token store");
                return Obtained {
                    result: Ok(token),
                    lease: None,
                };
            }
            Contribution::Lease(lease) => Some(lease),
            Contribution::Nothing => None,
        };
        let deadline = deadline.unwrap_or_else(|| fetcher.deadline_from(fetcher.now()));
        let result = self.fetch(fetcher, deadline).await;
        if let Ok(fetched) = &result
            && let Ok(secrets) = fetcher.secrets(deadline).await
        {
            // Before the callers get the token, since their process may end right afterwards.
            let time_left = time_left(fetcher.now(), deadline);
            shared.put(fetched, &secrets, time_left).await;
        }
        Obtained { result, lease }
    }

    /// Requests a token until the deadline.
    pub(super) async fn fetch(
        &self,
        fetcher: &TokenFetcher,
        deadline: Duration,
    ) -> Result<FetchedToken, FailedFetch> {
        let fetch = fetcher.fetch_with_retries(self.requested(), self.not_before(), deadline);
        let response = fetch.await?;
        tracing::debug!(scopes = %self.requested().scopes, "fetched a token");
        Ok(FetchedToken::from_response(&response))
    }

    async fn contribution(
        &self,
        fetcher: &TokenFetcher,
        shared: &SharedTokens,
        deadline: Option<Duration>,
    ) -> Contribution {
        let now = fetcher.now();
        let deadline = deadline.unwrap_or_else(|| fetcher.deadline_from(now));
        // An error of the source of the secrets is reported by the fetch.
        let Ok(secrets) = fetcher.secrets(deadline).await else {
            return Contribution::Nothing;
        };
        let mut patience = Patience::new(self.entry(), time_left(now, deadline), now);
        if patience.limit < MIN_TIME {
            return Contribution::Nothing;
        }
        let mut pause = MIN_PAUSE;
        loop {
            let time_left = patience.limit;
            if let Some(token) = self.find(fetcher, shared, &secrets, time_left).await {
                return Contribution::Token(token);
            }
            let lease = shared.lease(self.requested(), &secrets, time_left);
            match lease.await {
                LeaseAttempt::Obtained(lease) => {
                    // Another process may have stored a token before it released the lease.
                    return match self.find(fetcher, shared, &secrets, time_left).await {
                        Some(token) => {
                            shared.release(lease);
                            Contribution::Token(token)
                        }
                        None => Contribution::Lease(lease),
                    };
                }
                LeaseAttempt::Unavailable => return Contribution::Nothing,
                LeaseAttempt::Taken => {}
            }
            if patience.has_ended(fetcher.now()) {
                let scopes = &self.requested().scopes;
                tracing::debug!(%scopes, "the process with the lease of a token takes too long");
                return Contribution::Nothing;
            }
            // In real time, since the other process does not depend on a test clock. Random, so that
            // many processes do not read the store at the same time.
            sleep(pause.mul_f64(0.5 + 0.5 * fastrand::f64())).await;
            pause = pause.mul_f64(1.5).min(MAX_PAUSE);
        }
    }

    /// Returns the token of the store, unless the token in the cache is as good.
    async fn find(
        &self,
        fetcher: &TokenFetcher,
        shared: &SharedTokens,
        secrets: &SecretSet,
        time_left: Duration,
    ) -> Option<FetchedToken> {
        let is_wanted = |found: &FetchedToken| {
            let last = self.entry().last_token();
            last.is_none_or(|last| last.is_renewed_by(found, fetcher.now()))
        };
        shared
            .find(self.requested(), secrets, time_left, is_wanted)
            .await
    }
}

/// How long a fetch waits for another process, in real time: for a lease while the cached token is
/// still usable, and otherwise for half of the time that the waiting callers have, so that the fetch
/// has the other half.
struct Patience<'e> {
    entry: &'e CacheEntry,
    limit: Duration,
    started_at: Instant,
    callers_wait_since: Option<Instant>,
}

impl<'e> Patience<'e> {
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "the divisor is a constant other than 0"
    )]
    fn new(entry: &'e CacheEntry, time_left: Duration, now: ClockReading) -> Self {
        let started_at = Instant::now();
        let last = entry.last_token();
        let is_usable = last.is_some_and(|last| last.is_usable(now));
        Self {
            entry,
            limit: time_left / 2,
            started_at,
            callers_wait_since: (!is_usable).then_some(started_at),
        }
    }

    fn has_ended(&mut self, now: ClockReading) -> bool {
        let last = self.entry.last_token();
        if last.is_some_and(|last| last.is_usable(now)) {
            return self.started_at.elapsed() >= LEASE_DURATION;
        }
        let since = self.callers_wait_since.get_or_insert_with(Instant::now);
        since.elapsed() >= self.limit
    }
}

fn time_left(now: ClockReading, deadline: Duration) -> Duration {
    deadline.saturating_sub(now.monotonic)
}
