use std::time::{Duration, UNIX_EPOCH};

use reqwest::header::{AGE, DATE, HeaderMap};

use crate::time::ClockReading;

/// The maximum clock skew for which the error for an expired token does not name the clock as the
/// cause.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(60);

/// The time of a token request, and the times in the head of its response.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ResponseTimes {
    pub(super) requested_at: ClockReading,
    /// The time that the response spent in caches.
    pub(super) age: Duration,
    /// The time at which the server created the response, since the Unix epoch.
    pub(super) date: Option<Duration>,
}

impl ResponseTimes {
    pub(super) fn new(requested_at: ClockReading, headers: &HeaderMap) -> Self {
        let date = headers.get(DATE).and_then(|value| value.to_str().ok());
        let date = date.and_then(|date| httpdate::parse_http_date(date).ok());
        Self {
            requested_at,
            age: age(headers),
            date: date.and_then(|date| date.duration_since(UNIX_EPOCH).ok()),
        }
    }

    /// Returns by how much the wall clock was ahead of the server's when the request was sent.
    ///
    /// A cache keeps the server's `Date`, so the server's time is `Date` plus `Age`. `None` if the
    /// response has no `Date`, or if the difference is small.
    pub(super) fn clock_ahead(&self) -> Option<Duration> {
        let server_time = self.date?.saturating_add(self.age);
        let ahead = self.requested_at.wall.saturating_sub(server_time);
        (ahead > MAX_CLOCK_SKEW).then_some(ahead)
    }
}

/// Parses `Age` (RFC 9111 section 5.1). Only the first of several values counts, and a value that
/// is not a whole number is ignored.
fn age(headers: &HeaderMap) -> Duration {
    let seconds = || {
        let value = headers.get(AGE)?.to_str().ok()?;
        let first = value.split(',').next()?.trim();
        let is_number = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
        // RFC 9111 section 1.2.2: a number that overflows stands for a very long time.
        is_number.then(|| first.parse().unwrap_or(u64::MAX))
    };
    Duration::from_secs(seconds().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn age_is_the_first_value_and_is_ignored_if_it_is_not_a_number() {
        let seconds = |values: &[&str]| {
            let mut map = HeaderMap::new();
            for value in values {
                map.append(AGE, HeaderValue::from_str(value).unwrap());
            }
            age(&map).as_secs()
        };
        assert_eq!(seconds(&[]), 0);
        assert_eq!(seconds(&["3590"]), 3_590);
        assert_eq!(seconds(&[" 7 "]), 7);
        assert_eq!(seconds(&["10, 3590"]), 10);
        assert_eq!(seconds(&["10", "3590"]), 10);
        assert_eq!(seconds(&["99999999999999999999999"]), u64::MAX);
        for garbage in ["", "-1", "1.5", "soon", "1s", "+1", ","] {
            assert_eq!(seconds(&[garbage]), 0, "{garbage:?}");
        }
    }
}
