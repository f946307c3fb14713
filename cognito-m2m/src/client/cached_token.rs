use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::access_token::AccessToken;
use super::fetcher::TimedResponse;

/// The share of a token's lifetime after which its renewal starts.
const RENEWAL_SHARE: f64 = 0.75;
/// The maximum random delay of a renewal, as a share of the lifetime.
const RENEWAL_JITTER: f64 = 0.10;

/// The maximum margin before expiry, within which a token is not returned so that it does not
/// expire on its way to the API. The margin is a tenth of the lifetime, up to this maximum.
const MAX_EXPIRY_MARGIN: Duration = Duration::from_secs(60);

/// The minimum pause before a failed renewal is retried. The pause is a quarter of the time that
/// the token remains usable.
const MIN_RENEWAL_PAUSE: Duration = Duration::from_secs(1);
/// The maximum pause before a failed renewal is retried.
const MAX_RENEWAL_PAUSE: Duration = Duration::from_secs(60);

/// A token in the cache, with the times of its renewal and expiry.
///
/// All times are those of the monotonic clock.
pub(super) struct CachedToken {
    token: AccessToken,
    usable_until: Duration,
    // In milliseconds.
    renew_at: AtomicU64,
    is_used: AtomicBool,
    is_renewing: AtomicBool,
}

impl CachedToken {
    /// Returns the token of a response, ready for the cache, or `None` if the response had no
    /// `expires_in`. Such a token is not cached.
    ///
    /// `jitter` is from 0 to 1.
    pub(super) fn from_response(timed: &TimedResponse, jitter: f64) -> Option<Self> {
        let token = timed.response.access_token();
        let lifetime = token.lifetime()?;
        let renew_at = timed
            .requested_at
            .saturating_add(renewal_after(lifetime, jitter));
        Some(Self {
            token: token.clone(),
            usable_until: usable_until(lifetime, timed.requested_at),
            renew_at: AtomicU64::new(millis(renew_at)),
            is_used: AtomicBool::new(false),
            is_renewing: AtomicBool::new(false),
        })
    }

    /// Returns the token if it is still usable, and marks it as used. Only used tokens are renewed.
    pub(super) fn use_at(&self, now: Duration) -> Option<AccessToken> {
        let is_usable = now < self.usable_until;
        if is_usable {
            self.is_used.store(true, Ordering::Relaxed);
        }
        is_usable.then(|| self.token.clone())
    }

    pub(super) fn contains(&self, token: &AccessToken) -> bool {
        self.token.is_same_as(token)
    }

    pub(super) fn renew_at(&self) -> Duration {
        Duration::from_millis(self.renew_at.load(Ordering::Relaxed))
    }

    pub(super) fn is_used(&self) -> bool {
        self.is_used.load(Ordering::Relaxed)
    }

    /// Returns `true` if the token is due for renewal and no renewal is under way.
    pub(super) fn is_renewal_due(&self, now: Duration) -> bool {
        now >= self.renew_at() && !self.is_renewing.load(Ordering::Relaxed)
    }

    /// Returns `true` if the caller is the first to claim the renewal.
    pub(super) fn claim_renewal(&self) -> bool {
        !self.is_renewing.swap(true, Ordering::Relaxed)
    }

    /// Schedules another renewal after a failed one. Returns `false` if the token has already
    /// expired, so that there is nothing left to renew.
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "the divisor is a constant other than 0"
    )]
    pub(super) fn postpone_renewal(&self, now: Duration) -> bool {
        let left = self.usable_until.saturating_sub(now);
        let pause = (left / 4).clamp(MIN_RENEWAL_PAUSE, MAX_RENEWAL_PAUSE);
        self.renew_at
            .store(millis(now.saturating_add(pause)), Ordering::Relaxed);
        self.is_renewing.store(false, Ordering::Relaxed);
        !left.is_zero()
    }
}

/// A fetched token, sent to the callers that wait for it.
#[derive(Clone)]
pub(super) struct FetchedToken {
    token: AccessToken,
    // `None` if the response had no `expires_in`. The waiting callers get the token, but it is not
    // cached.
    usable_until: Option<Duration>,
}

impl FetchedToken {
    pub(super) fn from_response(timed: &TimedResponse) -> Self {
        let token = timed.response.access_token().clone();
        let usable_until = token
            .lifetime()
            .map(|lifetime| usable_until(lifetime, timed.requested_at));
        Self {
            token,
            usable_until,
        }
    }

    /// Returns the token if it is still usable.
    pub(super) fn token_at(self, now: Duration) -> Option<AccessToken> {
        let is_usable = self.usable_until.is_none_or(|until| now < until);
        is_usable.then_some(self.token)
    }
}

/// Returns the time from which a token is no longer returned.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "the divisor is a constant other than 0"
)]
fn usable_until(lifetime: Duration, requested_at: Duration) -> Duration {
    let margin = (lifetime / 10).min(MAX_EXPIRY_MARGIN);
    requested_at.saturating_add(lifetime.saturating_sub(margin))
}

fn renewal_after(lifetime: Duration, jitter: f64) -> Duration {
    lifetime.mul_f64(RENEWAL_SHARE + RENEWAL_JITTER * jitter.clamp(0.0, 1.0))
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn renewal_starts_at_75_to_85_percent_of_the_lifetime_while_the_token_is_usable() {
        for seconds in [5, 60, 300, 3_600, 86_400] {
            let lifetime = SECOND * seconds;
            assert_eq!(renewal_after(lifetime, 0.0), lifetime * 3 / 4);
            assert_eq!(renewal_after(lifetime, 1.0), lifetime * 17 / 20);
            assert!(renewal_after(lifetime, 1.0) < usable_until(lifetime, Duration::ZERO));
        }
    }

    #[test]
    fn token_is_not_usable_in_its_last_tenth_or_minute() {
        let until = |seconds: u32| usable_until(SECOND * seconds, SECOND * 100);
        assert_eq!(until(300), SECOND * 370);
        assert_eq!(until(86_400), SECOND * 86_440);
    }
}
