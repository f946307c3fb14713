use std::time::{Duration, UNIX_EPOCH};

use super::error::TokenClientError;
use crate::backoff::Backoff;
use crate::time::ClockReading;

/// The maximum number of requests for one token. Cognito limits requests per second, so a few
/// attempts either succeed or would only add to the load.
pub(super) const MAX_ATTEMPTS: u32 = 4;

/// The pauses between attempts: up to 0.5, 1, 2 .. 5 seconds, with full jitter.
const BACKOFF: Backoff = Backoff {
    first: Duration::from_millis(500),
    max: Duration::from_secs(5),
    jitter_share: 1.0,
};

/// The cap on `Retry-After`.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(30);

/// The time for which a refusal is remembered: long enough that a wrong secret causes at most six
/// requests a minute, short enough that a corrected client works again soon.
pub(super) const REFUSAL_MEMORY: Duration = Duration::from_secs(10);

/// The pauses after tokens that had expired when they arrived.
const EXPIRED_BACKOFF: Backoff = Backoff {
    first: Duration::from_secs(1),
    max: Duration::from_secs(60),
    jitter_share: 0.0,
};

/// Returns the pause before another attempt: `Retry-After` plus a backoff with full jitter.
///
/// `attempt` counts from 1. `jitter` is from 0 to 1 and shortens the backoff.
pub(super) fn pause(attempt: u32, retry_after: Option<Duration>, jitter: f64) -> Duration {
    let backoff = BACKOFF.pause(attempt, jitter);
    retry_after.unwrap_or_default().saturating_add(backoff)
}

/// Returns the pause after this many tokens in a row that had expired when they arrived.
pub(super) fn pause_after_expired(tokens: u32) -> Duration {
    EXPIRED_BACKOFF.pause(tokens, 0.0)
}

/// An error that is returned without another request until either clock reaches a time.
#[derive(Clone)]
pub(super) struct RememberedError {
    pub(super) error: TokenClientError,
    pub(super) until: ClockReading,
}

/// The error of a fetch, and the time before which the fetch must not be repeated.
pub(super) struct FailedFetch {
    pub(super) error: TokenClientError,
    /// `None` if it can be repeated immediately.
    pub(super) retry_at: Option<ClockReading>,
}

impl From<RememberedError> for FailedFetch {
    fn from(remembered: RememberedError) -> Self {
        Self {
            error: remembered.error,
            retry_at: Some(remembered.until),
        }
    }
}

/// Parses `Retry-After`, seconds or a date (RFC 9110 section 10.2.3), and caps it at 30 s.
pub(super) fn parse_retry_after(value: &str, wall: Duration) -> Option<Duration> {
    let value = value.trim();
    let wait = if value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty() {
        // A number that overflows is capped like any other long time.
        Duration::from_secs(value.parse().unwrap_or(u64::MAX))
    } else {
        let date = httpdate::parse_http_date(value).ok()?;
        let since_epoch = date.duration_since(UNIX_EPOCH).ok()?;
        since_epoch.saturating_sub(wall)
    };
    Some(wait.min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_have_full_jitter() {
        for (attempt, millis) in [
            (1, 500),
            (2, 1_000),
            (3, 2_000),
            (5, 5_000),
            (u32::MAX, 5_000),
        ] {
            let longest = Duration::from_millis(millis);
            assert_eq!(pause(attempt, None, 0.0), longest);
            assert_eq!(pause(attempt, None, 0.5), longest / 2);
            assert_eq!(pause(attempt, None, 1.0), Duration::ZERO);
        }
    }

    #[test]
    fn pause_is_never_shorter_than_retry_after() {
        let retry_after = Duration::from_secs(7);
        assert_eq!(pause(1, Some(retry_after), 1.0), retry_after);
        assert!(pause(1, Some(retry_after), 0.0) > retry_after);
    }

    #[test]
    fn pauses_after_expired_tokens_are_1_to_60_seconds() {
        for (tokens, seconds) in [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (u32::MAX, 60)] {
            assert_eq!(pause_after_expired(tokens), Duration::from_secs(seconds));
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_is_capped() {
        let wall = Duration::from_secs(784_111_777);
        let seconds = |text| parse_retry_after(text, wall).map(|wait| wait.as_secs());
        assert_eq!(seconds("7"), Some(7));
        assert_eq!(seconds(" 0 "), Some(0));
        assert_eq!(seconds("3600"), Some(30));
        assert_eq!(seconds("99999999999999999999999"), Some(30));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:47 GMT"), Some(10));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:27 GMT"), Some(0));
        for text in ["", "-1", "1.5", "soon", "7s"] {
            assert_eq!(seconds(text), None, "{text:?}");
        }
    }
}
