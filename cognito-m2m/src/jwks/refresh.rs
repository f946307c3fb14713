use std::sync::Arc;
use std::time::Duration;

use super::error::FetchError;
use super::fetch::{Fetched, Fetcher};
use super::key_set::KeySet;
use super::pool_keys::PoolKeys;
use super::snapshot::Snapshot;
use super::store::KeyStore;
use crate::backoff::Backoff;
use crate::error_chain::causes;
use crate::time::{Clock, ClockReading};

/// The lower bound of a lifetime that the server sets with `Cache-Control: max-age`.
const MIN_LIFETIME: Duration = Duration::from_secs(60);

/// The upper bound of a lifetime that the server sets with `Cache-Control: max-age`.
const MAX_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// The pauses after failures: 2, 4, 8 .. 60 seconds. Jitter removes up to half of a pause, so that
/// instances do not retry in step.
const BACKOFF: Backoff = Backoff {
    first: Duration::from_secs(2),
    max: Duration::from_secs(60),
    jitter_share: 0.5,
};

/// The background task that fetches the keys of one source, and the only writer of its store.
pub(crate) struct RefreshTask {
    pub(crate) pool: Arc<str>,
    pub(crate) keys: PoolKeys,
    /// The position of the source.
    pub(crate) source: usize,
    pub(crate) source_name: Arc<str>,
    pub(crate) store: KeyStore,
    pub(crate) fetcher: Fetcher,
    pub(crate) lifetime: Duration,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Marks the store as stopped when the task ends, even by a panic or a shutdown, so that no request
/// waits for a fetch that will never run.
struct StopOnDrop(KeyStore);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.update(|snapshot| {
            snapshot.fetching = false;
            snapshot.stopped = true;
        });
        self.0.announce_handled(u64::MAX);
    }
}

impl RefreshTask {
    pub(crate) async fn run(self) {
        let _stop = StopOnDrop(self.store.clone());
        let mut failures = 0_u32;
        self.attempt(&mut failures).await;
        loop {
            let next_attempt_at = self.store.snapshot().next_attempt_at;
            let due = self.clock.sleep_until_either(next_attempt_at);
            tokio::select! {
                () = due => self.attempt(&mut failures).await,
                () = self.store.requested() => self.handle_request(&mut failures).await,
            }
        }
    }

    /// Fetches the keys if a fetch is due, or if the last attempt is not within the cool-down. In
    /// any case, the request is marked as handled, since its caller waits for that.
    async fn handle_request(&self, failures: &mut u32) {
        let request = self.store.last_request();
        let snapshot = self.store.snapshot();
        let now = self.clock.now();
        if snapshot.is_due(now) || self.keys.claim_fetch(self.source, now) {
            self.attempt(failures).await;
        } else {
            self.store.announce_handled(request);
        }
    }

    async fn attempt(&self, failures: &mut u32) {
        let request = self.store.last_request();
        let started_at = self.clock.now();
        self.keys.record_attempt(self.source);
        self.store.update(|snapshot| {
            snapshot.fetching = true;
            snapshot.last_attempt_at = Some(started_at);
        });
        let previous = self.store.snapshot().keys.clone();
        let fetched = self.fetcher.fetch(previous.as_deref()).await;
        let new_kids = new_kids(previous.as_deref(), &fetched);
        let now = self.clock.now();
        self.store.update(|snapshot| {
            snapshot.fetching = false;
            match fetched {
                Ok(fetched) => {
                    *failures = 0;
                    self.record_success(snapshot, fetched, now);
                }
                Err(error) => {
                    *failures = failures.saturating_add(1);
                    let pause = BACKOFF.pause(*failures, fastrand::f64());
                    let cause = causes(&error);
                    tracing::warn!(pool = %self.pool, source = %self.source_name, %error, cause, retry_in = ?pause, "failed to fetch the signing keys");
                    snapshot.last_error = Some(Arc::new(error));
                    snapshot.next_attempt_at = now.after(pause);
                }
            }
        });
        if let Some(new_kids) = new_kids {
            self.keys.record_success(self.source, &new_kids, now);
        }
        self.store.announce_handled(request);
    }

    fn record_success(&self, snapshot: &mut Snapshot, fetched: Fetched, now: ClockReading) {
        let life = fetched
            .max_age
            .map_or(self.lifetime, |age| age.clamp(MIN_LIFETIME, MAX_LIFETIME));
        let count = fetched.keys.len();
        tracing::debug!(pool = %self.pool, source = %self.source_name, keys = count, ?life, "fetched the signing keys");
        let is_first = snapshot.keys.is_none();
        snapshot.keys = Some(Arc::new(fetched.keys));
        snapshot.refreshed_at = now;
        snapshot.last_error = None;
        snapshot.next_attempt_at = now.after(refresh_after(life, fastrand::f64()));
        if count == 0 && is_first {
            tracing::info!(pool = %self.pool, source = %self.source_name, "the user pool has never issued tokens with this issuer (status 403)");
        }
    }
}

/// Returns the IDs of the keys that a fetch has added to the previous ones, or `None` if it has failed or
/// there are no keys. At the first fetch, no key is new.
fn new_kids(
    previous: Option<&KeySet>,
    fetched: &Result<Fetched, FetchError>,
) -> Option<Vec<Box<str>>> {
    let keys = &fetched.as_ref().ok()?.keys;
    let new_kids = || previous.map_or_else(Vec::new, |previous| keys.kids_not_in(previous));
    (!keys.is_empty()).then(new_kids)
}

/// Returns 75 to 80 % of the lifetime: jitter only makes a refresh earlier.
fn refresh_after(lifetime: Duration, jitter: f64) -> Duration {
    lifetime.mul_f64(0.80 - 0.05 * jitter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_2_3_keys_are_refreshed_after_80_percent_of_their_lifetime_with_jitter() {
        let lifetime = Duration::from_secs(300);
        assert_eq!(refresh_after(lifetime, 0.0), Duration::from_secs(240));
        assert_eq!(refresh_after(lifetime, 1.0), Duration::from_secs(225));
    }

    #[test]
    fn rule_2_5_backoff_is_1_to_60_seconds_with_jitter() {
        for (failures, seconds) in [
            (1, 2),
            (2, 4),
            (3, 8),
            (5, 32),
            (6, 60),
            (8, 60),
            (u32::MAX, 60),
        ] {
            assert_eq!(BACKOFF.pause(failures, 0.0), Duration::from_secs(seconds));
        }
        assert_eq!(BACKOFF.pause(1, 1.0), Duration::from_secs(1));
        assert_eq!(BACKOFF.pause(7, 1.0), Duration::from_secs(30));
    }
}
