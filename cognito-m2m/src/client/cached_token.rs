use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use super::access_token::AccessToken;
use super::fetched_token::FetchedToken;
use super::token_life::TokenLife;
use crate::time::ClockReading;

/// The share of a token's lifetime after which its renewal starts.
const RENEWAL_SHARE: f64 = 0.75;
/// The maximum random delay of a renewal, as a share of the lifetime.
const RENEWAL_JITTER: f64 = 0.10;

/// The minimum pause before a failed renewal is retried. The pause is a quarter of the time that
/// the token remains usable.
const MIN_RENEWAL_PAUSE: Duration = Duration::from_secs(1);
/// The maximum pause before a failed renewal is retried.
const MAX_RENEWAL_PAUSE: Duration = Duration::from_secs(60);

/// The lifetime below which fetches are limited to one per `MIN_FETCH_INTERVAL`. Cognito's shortest
/// lifetime is 5 minutes, so such a token is an old one from a cache.
const SHORT_LIFETIME: Duration = Duration::from_secs(10);
const MIN_FETCH_INTERVAL: Duration = Duration::from_secs(1);

/// A token in the cache, with the times of its renewal and expiry.
pub(super) struct CachedToken {
    token: AccessToken,
    requested_at: ClockReading,
    usable_until: ClockReading,
    is_from_store: bool,
    // In milliseconds after `requested_at`.
    renew_after: AtomicU64,
    is_used: AtomicBool,
    is_renewing: AtomicBool,
    renewals: AtomicU32,
}

impl CachedToken {
    /// Returns the token, ready for the cache, or `None` if its lifetime is unknown. Such a token is
    /// not cached.
    ///
    /// `jitter` is from 0 to 1.
    pub(super) fn new(fetched: &FetchedToken, jitter: f64) -> Option<Self> {
        let life = &fetched.life;
        let renew_after = renewal_after(life.lifetime()?, jitter).saturating_sub(life.elapsed());
        Some(Self {
            token: fetched.token.clone(),
            requested_at: life.requested_at(),
            usable_until: life.usable_until()?,
            is_from_store: fetched.is_from_store,
            renew_after: AtomicU64::new(millis(renew_after)),
            is_used: AtomicBool::new(false),
            is_renewing: AtomicBool::new(false),
            renewals: AtomicU32::new(0),
        })
    }

    /// Returns the token if it is still usable, and marks it as used. Only used tokens are renewed.
    pub(super) fn use_at(&self, now: ClockReading) -> Option<AccessToken> {
        let is_usable = self.is_usable(now);
        if is_usable {
            self.is_used.store(true, Ordering::Relaxed);
        }
        is_usable.then(|| self.token.clone())
    }

    /// Returns `true` if a usable token of a store is better than this one: if it is another token, and
    /// if this one is not usable or the other one is not due for renewal itself.
    ///
    /// The same token is never better, even if this one has ended by the monotonic clock alone.
    pub(super) fn is_renewed_by(&self, found: &FetchedToken, now: ClockReading) -> bool {
        let is_fresh = |found: Self| found.outlives(self, now) && !found.is_renewal_due(now);
        !self.contains(&found.token)
            && (!self.is_usable(now) || Self::new(found, 0.0).is_some_and(is_fresh))
    }

    /// Returns `true` if the token was taken from a token store.
    pub(super) fn is_from_store(&self) -> bool {
        self.is_from_store
    }

    pub(super) fn is_usable(&self, now: ClockReading) -> bool {
        !now.has_reached(self.usable_until)
    }

    /// Returns `true` if this token is usable for longer than the other one.
    pub(super) fn outlives(&self, other: &Self, now: ClockReading) -> bool {
        now.time_until(self.usable_until) > now.time_until(other.usable_until)
    }

    pub(super) fn contains(&self, token: &AccessToken) -> bool {
        self.token.is_same_as(token)
    }

    pub(super) fn renew_at(&self) -> ClockReading {
        let renew_after = self.renew_after.load(Ordering::Relaxed);
        self.requested_at.after(Duration::from_millis(renew_after))
    }

    pub(super) fn is_used(&self) -> bool {
        self.is_used.load(Ordering::Relaxed)
    }

    /// Returns `true` if the token is due for renewal and no renewal is under way.
    pub(super) fn is_renewal_due(&self, now: ClockReading) -> bool {
        now.has_reached(self.renew_at()) && !self.is_renewing.load(Ordering::Relaxed)
    }

    /// Returns `true` if the caller is the first to claim the renewal.
    pub(super) fn claim_renewal(&self) -> bool {
        let is_first = !self.is_renewing.swap(true, Ordering::Relaxed);
        if is_first {
            self.renewals.fetch_add(1, Ordering::Relaxed);
        }
        is_first
    }

    /// Returns how many renewals were claimed. A renewal that waits for its time compares the
    /// number, since a call may have started another one in the meantime.
    pub(super) fn renewals(&self) -> u32 {
        self.renewals.load(Ordering::Relaxed)
    }

    /// Schedules another renewal after a failed one, but not before `retry_at`. Returns `false` if
    /// the token has already expired, so that there is nothing left to renew.
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "the divisor is a constant other than 0"
    )]
    pub(super) fn postpone_renewal(
        &self,
        now: ClockReading,
        retry_at: Option<ClockReading>,
    ) -> bool {
        let left = now.time_until(self.usable_until);
        let pause = (left / 4).clamp(MIN_RENEWAL_PAUSE, MAX_RENEWAL_PAUSE);
        let retry_after = retry_at.map_or(Duration::ZERO, |retry_at| now.time_until(retry_at));
        self.renew_after_pause(now, pause.max(retry_after));
        self.is_renewing.store(false, Ordering::Relaxed);
        !left.is_zero()
    }

    /// Schedules the renewal after this pause.
    pub(super) fn renew_after_pause(&self, now: ClockReading, pause: Duration) {
        let renew_after = now.time_since(self.requested_at).saturating_add(pause);
        // A renewal must not start a fraction of a millisecond early.
        let renew_after = millis(renew_after).saturating_add(1);
        self.renew_after.store(renew_after, Ordering::Relaxed);
    }
}

/// Returns the time before which no other token can be requested, if the lifetime is short.
pub(super) fn next_fetch_at(life: &TokenLife) -> Option<ClockReading> {
    let is_short = life.lifetime()? < SHORT_LIFETIME;
    is_short.then(|| life.requested_at().after(MIN_FETCH_INTERVAL))
}

fn renewal_after(lifetime: Duration, jitter: f64) -> Duration {
    let renewal = lifetime.mul_f64(RENEWAL_SHARE + RENEWAL_JITTER * jitter.clamp(0.0, 1.0));
    renewal.max(MIN_FETCH_INTERVAL)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::requested_token::RequestedToken;
    use crate::client::response_format::ResponseFormat;
    use crate::client::response_times::ResponseTimes;
    use crate::client::token_response::TokenResponse;

    const SECOND: Duration = Duration::from_secs(1);

    fn response(expires_in: u32) -> TokenResponse {
        let body =
            format!(r#"{{"access_token":"t","token_type":"Bearer","expires_in":{expires_in}}}"#);
        let times = ResponseTimes::default();
        let requested = RequestedToken::default();
        let format = ResponseFormat::OAUTH;
        TokenResponse::parse(body.as_bytes(), format, &requested, times).unwrap()
    }

    fn cached(expires_in: u32) -> CachedToken {
        CachedToken::new(&FetchedToken::from_response(&response(expires_in)), 0.0).unwrap()
    }

    #[test]
    fn renewal_starts_at_75_to_85_percent_of_the_lifetime_while_the_token_is_usable() {
        for seconds in [5, 60, 300, 3_600, 86_400] {
            let lifetime = SECOND * seconds;
            assert_eq!(renewal_after(lifetime, 0.0), lifetime * 3 / 4);
            assert_eq!(renewal_after(lifetime, 1.0), lifetime * 17 / 20);
            let usable_until = response(seconds).life().usable_until().unwrap();
            assert!(renewal_after(lifetime, 1.0) < usable_until.monotonic);
        }
    }

    #[test]
    fn token_of_a_short_life_is_requested_at_most_once_a_second() {
        assert_eq!(renewal_after(SECOND, 0.0), SECOND);
        assert_eq!(renewal_after(Duration::ZERO, 0.0), SECOND);
        let next_fetch_at = |seconds| next_fetch_at(response(seconds).life());
        let one_second = ClockReading::default().after(SECOND);
        assert_eq!(next_fetch_at(1), Some(one_second));
        assert_eq!(next_fetch_at(9), Some(one_second));
        assert_eq!(next_fetch_at(10), None);
    }

    #[test]
    fn failed_renewal_is_retried_after_a_quarter_of_the_time_left() {
        let token = cached(300);
        let now = ClockReading::default().after(SECOND * 250);
        assert!(token.postpone_renewal(now, None));
        assert!(!token.is_renewal_due(now.after(SECOND * 5)));
        assert!(token.is_renewal_due(now.after(SECOND * 6)));

        let retry_at = now.after(SECOND * 30);
        assert!(token.postpone_renewal(now, Some(retry_at)));
        assert!(!token.is_renewal_due(retry_at));
        assert!(token.is_renewal_due(retry_at.after(Duration::from_millis(1))));

        let expired = ClockReading::default().after(SECOND * 270);
        assert!(!token.postpone_renewal(expired, None));
    }

    #[test]
    fn each_claimed_renewal_is_counted_once() {
        let token = cached(300);
        assert!(token.claim_renewal());
        assert!(!token.claim_renewal());
        assert_eq!(token.renewals(), 1);
        token.postpone_renewal(ClockReading::default(), None);
        assert!(token.claim_renewal());
        assert_eq!(token.renewals(), 2);
    }

    #[test]
    fn either_clock_makes_a_renewal_due() {
        let token = cached(300);
        let due = SECOND * 225;
        for now in [
            ClockReading {
                wall: due,
                monotonic: Duration::ZERO,
            },
            ClockReading {
                wall: Duration::ZERO,
                monotonic: due,
            },
        ] {
            assert!(token.is_renewal_due(now), "{now:?}");
            assert!(token.use_at(now).is_some());
        }
    }
}
