use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::response_times::ResponseTimes;
use crate::time::ClockReading;

/// The longest lifetime that Cognito grants. A longer `expires_in` or `exp` is capped to it.
pub(super) const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The maximum margin before expiry, within which a token is not returned so that it does not
/// expire on its way to the API. The margin is a tenth of the lifetime, up to this maximum.
const MAX_EXPIRY_MARGIN: Duration = Duration::from_secs(60);

/// The last second that an HTTP date can represent, in the year 9999.
const MAX_HTTP_DATE: Duration = Duration::from_secs(253_402_300_799);

/// The life of a token, counted from its request, or from reading it from a store.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokenLife {
    times: ResponseTimes,
    expires_in: Option<Duration>,
    exp: Option<Duration>,
    lifetime: Option<Duration>,
    /// The part of the lifetime that had passed before `requested_at`, in a store.
    elapsed: Duration,
}

impl TokenLife {
    /// Creates the life of a token with this `expires_in`, and this `exp` since the Unix epoch.
    pub(super) fn new(
        times: ResponseTimes,
        expires_in: Option<Duration>,
        exp: Option<Duration>,
    ) -> Self {
        let by_response = expires_in.map(|lifetime| lifetime.saturating_sub(times.age));
        let by_claim = exp.map(|exp| exp.saturating_sub(times.requested_at.wall));
        let lifetime = by_response.into_iter().chain(by_claim).min();
        Self {
            times,
            expires_in,
            exp,
            lifetime: lifetime.map(|lifetime| lifetime.min(MAX_LIFETIME)),
            elapsed: Duration::ZERO,
        }
    }

    /// Creates the life of a token that is read from a store now and was received at `received`, since
    /// the Unix epoch. Returns `None` if that is in the future.
    ///
    /// The time in the store is measured by the wall clock. From now on, both clocks count.
    pub(super) fn stored(
        now: ClockReading,
        received: Duration,
        lifetime: Duration,
        exp: Option<Duration>,
    ) -> Option<Self> {
        let elapsed = now.wall.checked_sub(received)?;
        let times = ResponseTimes {
            requested_at: now,
            age: elapsed,
            date: None,
        };
        let by_claim = exp.map(|exp| exp.saturating_sub(received));
        let lifetime = lifetime.min(by_claim.unwrap_or(MAX_LIFETIME));
        Some(Self {
            times,
            expires_in: None,
            exp,
            lifetime: Some(lifetime.min(MAX_LIFETIME)),
            elapsed,
        })
    }

    /// Returns the part of the lifetime that had passed at [`requested_at`](Self::requested_at).
    pub(super) fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Returns the time of the token request, or of reading the token from a store.
    pub(super) fn requested_at(&self) -> ClockReading {
        self.times.requested_at
    }

    /// Returns the lifetime, or `None` if neither `expires_in` nor `exp` is known.
    pub(super) fn lifetime(&self) -> Option<Duration> {
        self.lifetime
    }

    /// Returns the time from which the token is no longer returned, or `None` if its lifetime is
    /// unknown.
    pub(super) fn usable_until(&self) -> Option<ClockReading> {
        let usable = usable_lifetime(self.lifetime?).saturating_sub(self.elapsed);
        Some(self.times.requested_at.after(usable))
    }

    /// Returns an error if the token is no longer usable.
    pub(super) fn check(&self, now: ClockReading) -> Result<(), ExpiredOnArrival> {
        match self.usable_until() {
            Some(until) if now.has_reached(until) => Err(ExpiredOnArrival {
                exp: self.exp,
                expires_in: self.expires_in,
                age: self.times.age,
                clock: now.wall,
                has_slept: now.monotonic < until.monotonic,
                date: self.times.date,
                clock_ahead: self.times.clock_ahead(),
            }),
            _ => Ok(()),
        }
    }
}

/// Returns the part of a lifetime in which the token is returned.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "the divisor is a constant other than 0"
)]
fn usable_lifetime(lifetime: Duration) -> Duration {
    let margin = (lifetime / 10).min(MAX_EXPIRY_MARGIN);
    lifetime.saturating_sub(margin)
}

/// The times of a token that had expired, or was about to, when it arrived.
///
/// The usual reasons are a clock that is ahead, and a cache in front of the token endpoint that
/// keeps responses for longer than the tokens live. All times are since the Unix epoch.
///
/// # Examples
///
/// ```
/// use cognito_m2m::client::{InvalidTokenResponse, TokenClientError};
///
/// fn is_clock_ahead(error: &TokenClientError) -> bool {
///     match error {
///         TokenClientError::InvalidResponse(InvalidTokenResponse::ExpiredOnArrival(token)) => {
///             token.clock_ahead().is_some()
///         }
///         _ => false,
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpiredOnArrival {
    exp: Option<Duration>,
    expires_in: Option<Duration>,
    age: Duration,
    clock: Duration,
    has_slept: bool,
    date: Option<Duration>,
    clock_ahead: Option<Duration>,
}

impl ExpiredOnArrival {
    /// Returns the token's `exp` claim, or `None` if the token is not a JWT or has no `exp`.
    ///
    /// It is read without verifying the token.
    #[must_use]
    pub fn exp(&self) -> Option<Duration> {
        self.exp
    }

    /// Returns the time of this machine's wall clock when the token arrived.
    #[must_use]
    pub fn clock(&self) -> Duration {
        self.clock
    }

    /// Returns the `Date` of the response, or `None` if it had none.
    #[must_use]
    pub fn date(&self) -> Option<Duration> {
        self.date
    }

    /// Returns `true` if the token expired by the wall clock alone: during the request, the machine
    /// was suspended or its clock was set.
    pub(super) fn has_slept(&self) -> bool {
        self.has_slept
    }

    /// Returns by how much this machine's clock is ahead of the server's, if by more than 60 s.
    ///
    /// The server's time is `Date` plus `Age`. If a cache keeps `Date` but sends no `Age`, the
    /// clock seems to be ahead by the age of the response.
    #[must_use]
    pub fn clock_ahead(&self) -> Option<Duration> {
        self.clock_ahead
    }
}

impl fmt::Display for ExpiredOnArrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the token had expired when it arrived: ")?;
        if let Some(exp) = self.exp {
            write!(f, "its `exp` is {} ({}), ", exp.as_secs(), utc(exp))?;
        }
        if let Some(expires_in) = self.expires_in {
            write!(f, "its `expires_in` is {} s, ", expires_in.as_secs())?;
        }
        if !self.age.is_zero() {
            write!(f, "the `Age` of the response is {} s, ", self.age.as_secs())?;
        }
        match self.date {
            Some(date) => write!(f, "the `Date` of the response is {}, ", utc(date))?,
            None => f.write_str("the response has no `Date`, ")?,
        }
        let clock = self.clock;
        write!(
            f,
            "and this machine's clock is at {} ({})",
            clock.as_secs(),
            utc(clock)
        )?;
        match self.clock_ahead {
            Some(ahead) => write!(
                f,
                ": this machine's clock is ahead by {} s",
                ahead.as_secs()
            ),
            None => Ok(()),
        }
    }
}

/// Formats a time since the Unix epoch like `Date` does, in UTC (RFC 9110 section 5.6.7).
fn utc(time: Duration) -> String {
    let time = UNIX_EPOCH.checked_add(time.min(MAX_HTTP_DATE));
    httpdate::fmt_http_date(time.unwrap_or(SystemTime::UNIX_EPOCH))
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, HeaderValue};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    const NOW: ClockReading = ClockReading {
        wall: Duration::from_secs(784_111_777),
        monotonic: Duration::from_secs(100),
    };

    fn times(headers: &[(&'static str, &str)]) -> ResponseTimes {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        ResponseTimes::new(NOW, &map)
    }

    #[test]
    fn token_is_not_usable_in_its_last_tenth_or_minute() {
        assert_eq!(usable_lifetime(SECOND * 2), Duration::from_millis(1_800));
        assert_eq!(usable_lifetime(SECOND * 300), SECOND * 270);
        assert_eq!(usable_lifetime(SECOND * 86_400), SECOND * 86_340);
    }

    #[test]
    fn lifetime_is_the_least_that_the_response_and_the_token_allow() {
        let lifetime = |age: &str, expires_in: Option<u32>, exp: Option<u32>| {
            let expires_in = expires_in.map(|seconds| SECOND * seconds);
            let exp = exp.map(|seconds| NOW.wall + SECOND * seconds);
            let life = TokenLife::new(times(&[("age", age)]), expires_in, exp);
            life.lifetime().map(|lifetime| lifetime.as_secs())
        };
        assert_eq!(lifetime("", Some(3_600), None), Some(3_600));
        assert_eq!(lifetime("3590", Some(3_600), None), Some(10));
        assert_eq!(lifetime("3590", Some(3_600), Some(2)), Some(2));
        assert_eq!(lifetime("3700", Some(3_600), Some(50)), Some(0));
        assert_eq!(lifetime("10", None, Some(50)), Some(50));
        assert_eq!(lifetime("", Some(300), Some(3_600)), Some(300));
        assert_eq!(lifetime("", None, Some(1_000_000)), Some(86_400));
        assert_eq!(lifetime("3590", None, None), None);
        // `exp` in the past.
        let life = TokenLife::new(times(&[]), None, Some(SECOND));
        assert_eq!(life.lifetime(), Some(Duration::ZERO));
    }

    #[test]
    fn either_clock_ends_a_life() {
        let life = TokenLife::new(times(&[]), Some(SECOND * 100), None);
        assert!(life.check(NOW.after(SECOND * 89)).is_ok());
        assert!(life.check(NOW.after(SECOND * 90)).is_err());
        let suspended = ClockReading {
            wall: NOW.wall + SECOND * 7_200,
            ..NOW
        };
        assert!(life.check(suspended).is_err());
        let set_back = ClockReading {
            wall: Duration::ZERO,
            monotonic: NOW.monotonic + SECOND * 90,
        };
        assert!(life.check(set_back).is_err());
    }

    #[test]
    fn life_of_a_stored_token_is_counted_from_its_receipt() {
        let stored = |received, exp| TokenLife::stored(NOW, received, SECOND * 1_000, exp);
        let life = stored(NOW.wall - SECOND * 400, None).unwrap();
        assert_eq!(life.lifetime(), Some(SECOND * 1_000));
        assert_eq!(life.usable_until(), Some(NOW.after(SECOND * 540)));
        // The clocks start at reading, so either one ends the life.
        for (wall, monotonic) in [(540, 0), (0, 540)] {
            let now = ClockReading {
                wall: NOW.wall + SECOND * wall,
                monotonic: NOW.monotonic + SECOND * monotonic,
            };
            assert!(life.check(now).is_err());
        }
        assert!(life.check(NOW.after(SECOND * 539)).is_ok());
        assert!(stored(NOW.wall + SECOND, None).is_none());
        let life = stored(NOW.wall - SECOND * 1_000, None).unwrap();
        assert!(life.check(NOW).is_err());
        // `exp` ends 500 s after the receipt.
        let life = stored(NOW.wall - SECOND * 400, Some(NOW.wall + SECOND * 100)).unwrap();
        assert_eq!(life.usable_until(), Some(NOW.after(SECOND * 50)));
    }

    #[test]
    fn error_reports_the_clock_only_if_it_is_ahead_by_over_a_minute() {
        let text = |headers: &[(&'static str, &str)]| {
            let life = TokenLife::new(times(headers), Some(SECOND * 300), Some(SECOND));
            life.check(NOW).unwrap_err().to_string()
        };
        // The clock is at 08:49:37.
        let ahead = text(&[("date", "Sun, 06 Nov 1994 06:49:37 GMT")]);
        assert_eq!(
            ahead,
            "the token had expired when it arrived: its `exp` is 1 (Thu, 01 Jan 1970 \
             00:00:01 GMT), its `expires_in` is 300 s, the `Date` of the response is Sun, 06 Nov 1994 06:49:37 \
             GMT, and this machine's clock is at 784111777 (Sun, 06 Nov 1994 08:49:37 GMT): this \
             machine's clock is ahead by 7200 s"
        );
        for headers in [
            &[][..],
            &[("date", "garbage")],
            &[("date", "Sun, 06 Nov 1994 08:48:37 GMT")],
            // The server's clock is ahead.
            &[("date", "Sun, 06 Nov 1994 10:49:37 GMT")],
            // A cache has kept the response for two hours.
            &[("date", "Sun, 06 Nov 1994 06:49:37 GMT"), ("age", "7200")],
        ] {
            assert!(!text(headers).contains("ahead"), "{headers:?}");
        }
        let over_a_minute = text(&[("date", "Sun, 06 Nov 1994 08:48:36 GMT")]);
        assert!(over_a_minute.ends_with("ahead by 61 s"), "{over_a_minute}");
    }

    #[test]
    fn times_beyond_the_year_9999_are_printed() {
        let expired = ExpiredOnArrival {
            exp: Some(Duration::MAX),
            expires_in: None,
            age: Duration::MAX,
            clock: Duration::MAX,
            has_slept: false,
            date: Some(Duration::ZERO),
            clock_ahead: None,
        };
        assert!(expired.to_string().contains("31 Dec 9999"), "{expired}");
    }
}
