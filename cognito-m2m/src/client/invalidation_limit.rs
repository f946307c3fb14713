use std::time::Duration;

use crate::time::ClockReading;

/// The minimum time between two invalidations. Each further invalidation doubles it, up to
/// `MAX_PAUSE`. It is reset after more than 10 minutes without an invalidation.
const MIN_PAUSE: Duration = Duration::from_secs(10);
const MAX_PAUSE: Duration = Duration::from_secs(300);

/// Limits how often a token is invalidated.
///
/// An API that refuses every token would otherwise cost one token request per call.
#[derive(Default)]
pub(super) struct InvalidationLimit {
    last: Option<Invalidation>,
}

struct Invalidation {
    at: ClockReading,
    pause: Duration,
}

impl InvalidationLimit {
    /// Returns `true` and records an invalidation if one is allowed now.
    pub(super) fn allow(&mut self, now: ClockReading) -> bool {
        let pause = match &self.last {
            None => MIN_PAUSE,
            Some(last) => {
                let since = now.time_since(last.at);
                if since < last.pause {
                    return false;
                }
                if since > MAX_PAUSE.saturating_mul(2) {
                    MIN_PAUSE
                } else {
                    last.pause.saturating_mul(2).min(MAX_PAUSE)
                }
            }
        };
        self.last = Some(Invalidation { at: now, pause });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(second: u32) -> ClockReading {
        ClockReading::default().after(SECOND * second)
    }

    #[test]
    fn pauses_double_up_to_5_minutes_and_start_over_after_10() {
        let mut limit = InvalidationLimit::default();
        let mut allowed = Vec::new();
        for second in 0..1_000_u32 {
            if limit.allow(at(second)) {
                allowed.push(second);
            }
        }
        assert_eq!(allowed, [0, 10, 30, 70, 150, 310, 610, 910]);
        assert!(limit.allow(at(2_000)));
        assert!(limit.allow(at(2_010)));
    }

    #[test]
    fn pause_ends_when_either_clock_reaches_its_end() {
        let suspended = ClockReading {
            wall: at(1_000).wall + SECOND * 10,
            ..at(1_000)
        };
        let set_back = ClockReading {
            wall: Duration::ZERO,
            ..at(1_010)
        };
        for now in [suspended, set_back] {
            let mut limit = InvalidationLimit::default();
            assert!(limit.allow(at(1_000)));
            assert!(!limit.allow(at(1_009)));
            assert!(limit.allow(now), "{now:?}");
        }
    }
}
