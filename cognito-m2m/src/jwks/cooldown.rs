use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;

use crate::time::ClockReading;

/// The cool-down of the key fetches that tokens with an unknown `kid` cause.
///
/// All sources of a user pool share one, so that such tokens cause at most one fetch per cool-down,
/// however many issuers they name. Scheduled fetches of other sources don't count: a source that fails
/// and is retried must not delay a key of another one.
#[derive(Debug)]
pub(crate) struct Cooldown {
    duration: Duration,
    /// The time of the last fetch that a token caused.
    requested_at: ArcSwapOption<ClockReading>,
    // Locked by background tasks only, for a few instructions.
    claims: Mutex<()>,
}

impl Cooldown {
    pub(crate) fn new(duration: Duration) -> Self {
        Self {
            duration,
            requested_at: ArcSwapOption::empty(),
            claims: Mutex::new(()),
        }
    }

    /// Returns the time until a token can cause a fetch of a source that was last fetched at
    /// `attempted_at`.
    pub(super) fn time_left(
        &self,
        attempted_at: Option<ClockReading>,
        now: ClockReading,
    ) -> Duration {
        let requested_at = self.requested_at.load().as_deref().copied();
        let ends = attempted_at.into_iter().chain(requested_at);
        let times_left = ends.map(|began_at| now.time_until(began_at.after(self.duration)));
        times_left.max().unwrap_or_default()
    }

    /// Begins the cool-down, and returns `true` for the caller that may fetch.
    pub(super) fn claim(&self, attempted_at: Option<ClockReading>, now: ClockReading) -> bool {
        // A poisoned lock is ignored: it protects no data, only the order of the steps below.
        let _guard = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
        let is_free = self.time_left(attempted_at, now).is_zero();
        if is_free {
            self.requested_at.store(Some(Arc::new(now)));
        }
        is_free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn rule_2_4_one_cooldown_covers_all_sources_of_a_pool() {
        let cooldown = Cooldown::new(SECOND * 10);
        let start = ClockReading::default();
        assert!(cooldown.claim(None, start));
        // Another source, which was never fetched.
        assert!(!cooldown.claim(None, start.after(SECOND * 9)));
        assert_eq!(cooldown.time_left(None, start.after(SECOND * 9)), SECOND);
        assert!(cooldown.claim(None, start.after(SECOND * 10)));
    }

    #[test]
    fn rule_2_4_cooldown_counts_from_the_last_attempt_of_the_source() {
        let cooldown = Cooldown::new(SECOND * 10);
        let attempted_at = ClockReading::default().after(SECOND * 5);
        let now = ClockReading::default().after(SECOND * 12);
        assert_eq!(cooldown.time_left(Some(attempted_at), now), SECOND * 3);
        assert!(!cooldown.claim(Some(attempted_at), now));
        assert!(cooldown.claim(None, now), "a source without an attempt");
    }
}
