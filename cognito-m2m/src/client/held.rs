use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::access_token::AccessToken;
use super::exchange::Grant;

/// A renewal starts at 75 % of the life; the jitter delays it by up to another 10 %.
const RENEWAL_SHARE: f64 = 0.75;
const RENEWAL_JITTER: f64 = 0.10;

/// What is left of a life at its end is not handed out: a tenth, and at most this.
const MAX_RESERVE: Duration = Duration::from_secs(60);

/// A background renewal that failed is tried again within these bounds.
const MIN_RENEWAL_PAUSE: Duration = Duration::from_secs(1);
const MAX_RENEWAL_PAUSE: Duration = Duration::from_secs(60);

/// A token that serves.
pub(super) struct Held {
    token: AccessToken,
    serves_until: Duration,
    // In milliseconds of the monotonic clock.
    renew_at: AtomicU64,
    is_used: AtomicBool,
    is_renewing: AtomicBool,
}

impl Held {
    /// None where the answer gave no life: such a token is not kept.
    pub(super) fn new(grant: &Grant, jitter: f64) -> Option<Self> {
        let token = grant.response.access_token();
        let life = token.lifetime()?;
        let renew_at = grant
            .requested_at
            .saturating_add(renewal_after(life, jitter));
        Some(Self {
            token: token.clone(),
            serves_until: serves_until(life, grant.requested_at),
            renew_at: AtomicU64::new(millis(renew_at)),
            is_used: AtomicBool::new(false),
            is_renewing: AtomicBool::new(false),
        })
    }

    /// The token, while it may be handed out; that is traffic, which renewals go by.
    pub(super) fn serve(&self, now: Duration) -> Option<AccessToken> {
        let serves = now < self.serves_until;
        if serves {
            self.is_used.store(true, Ordering::Relaxed);
        }
        serves.then(|| self.token.clone())
    }

    pub(super) fn is_of(&self, token: &AccessToken) -> bool {
        self.token.is_same_as(token)
    }

    pub(super) fn renew_at(&self) -> Duration {
        Duration::from_millis(self.renew_at.load(Ordering::Relaxed))
    }

    pub(super) fn is_used(&self) -> bool {
        self.is_used.load(Ordering::Relaxed)
    }

    pub(super) fn is_due(&self, now: Duration) -> bool {
        now >= self.renew_at() && !self.is_renewing.load(Ordering::Relaxed)
    }

    /// Whether nobody else has it.
    pub(super) fn claim_renewal(&self) -> bool {
        !self.is_renewing.swap(true, Ordering::Relaxed)
    }

    /// Whether there is time for another renewal before the token stops to serve.
    pub(super) fn put_off_renewal(&self, now: Duration) -> bool {
        let left = self.serves_until.saturating_sub(now);
        #[expect(
            clippy::arithmetic_side_effects,
            reason = "the divisor is a constant other than 0"
        )]
        let pause = (left / 4).clamp(MIN_RENEWAL_PAUSE, MAX_RENEWAL_PAUSE);
        self.renew_at
            .store(millis(now.saturating_add(pause)), Ordering::Relaxed);
        self.is_renewing.store(false, Ordering::Relaxed);
        !left.is_zero()
    }
}

/// A token as it came, and until when it may be handed out.
#[derive(Clone)]
pub(super) struct Arrival {
    token: AccessToken,
    // None where the answer gave no life: those who waited get it, and nobody later.
    serves_until: Option<Duration>,
}

impl Arrival {
    pub(super) fn of(grant: &Grant) -> Self {
        let token = grant.response.access_token().clone();
        let serves_until = token
            .lifetime()
            .map(|life| serves_until(life, grant.requested_at));
        Self {
            token,
            serves_until,
        }
    }

    pub(super) fn token_at(self, now: Duration) -> Option<AccessToken> {
        let serves = self.serves_until.is_none_or(|until| now < until);
        serves.then_some(self.token)
    }
}

/// When a token with this life, asked for at that time, is no longer handed out.
fn serves_until(life: Duration, requested_at: Duration) -> Duration {
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "the divisor is a constant other than 0"
    )]
    let reserve = (life / 10).min(MAX_RESERVE);
    requested_at.saturating_add(life.saturating_sub(reserve))
}

fn renewal_after(life: Duration, jitter: f64) -> Duration {
    life.mul_f64(RENEWAL_SHARE + RENEWAL_JITTER * jitter.clamp(0.0, 1.0))
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn renewal_comes_at_75_to_85_percent_and_before_the_token_stops_to_serve() {
        for life in [5, 60, 300, 3_600, 86_400] {
            let life = SECOND * life;
            assert_eq!(renewal_after(life, 0.0), life * 3 / 4);
            assert_eq!(renewal_after(life, 1.0), life * 17 / 20);
            assert!(renewal_after(life, 1.0) < serves_until(life, Duration::ZERO));
        }
    }

    #[test]
    fn last_tenth_or_minute_is_not_served() {
        let until = |life: u32| serves_until(SECOND * life, SECOND * 100);
        assert_eq!(until(300), SECOND * 370);
        assert_eq!(until(86_400), SECOND * 86_440);
    }
}
