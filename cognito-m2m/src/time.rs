//! The clock, which tests can replace.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How often [`Clock::sleep_until_either`] checks the wall clock while the monotonic clock runs.
const WALL_CLOCK_INTERVAL: Duration = Duration::from_secs(5);

/// A source of the current time.
///
/// The dates of a token (`exp`, `nbf`, `iat`) are compared with the wall clock. Ages and intervals
/// are measured with both clocks, and are over as soon as either clock says so: the monotonic clock
/// stands still while a machine is suspended, and the wall clock can be set back. The default is
/// [`SystemClock`]; tests can use `testing::TestClock`.
///
/// # Examples
///
/// ```
/// use cognito_m2m::time::{Clock, SystemClock};
///
/// let clock = SystemClock::default();
/// assert!(clock.monotonic() <= clock.monotonic());
/// ```
pub trait Clock: Send + Sync + 'static {
    /// Returns the wall-clock time since the Unix epoch.
    fn wall(&self) -> Duration;

    /// Returns the time since an arbitrary but fixed origin. It never decreases.
    fn monotonic(&self) -> Duration;

    /// Returns a future that completes once [`monotonic`](Self::monotonic) has reached `deadline`.
    ///
    /// The future is awaited on the background thread of this crate, which has a Tokio timer.
    fn sleep_until(&self, deadline: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// Returns a reading of both clocks.
    fn now(&self) -> ClockReading {
        ClockReading {
            wall: self.wall(),
            monotonic: self.monotonic(),
        }
    }

    /// Returns a future that completes once either clock has reached `deadline`.
    ///
    /// By default, it sleeps with [`sleep_until`](Self::sleep_until) and reads the wall clock every
    /// 5 s, so it completes within 5 s after a suspended machine resumes.
    fn sleep_until_either(
        &self,
        deadline: ClockReading,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            loop {
                let now = self.now();
                if now.has_reached(deadline) {
                    return;
                }
                let next_check = now.monotonic.saturating_add(WALL_CLOCK_INTERVAL);
                self.sleep_until(deadline.monotonic.min(next_check)).await;
            }
        })
    }
}

/// A reading of both clocks, or a deadline on both.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use cognito_m2m::time::{Clock, SystemClock};
///
/// let clock = SystemClock::default();
/// let deadline = clock.now().after(Duration::from_secs(60));
/// assert!(!clock.now().has_reached(deadline));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockReading {
    /// The wall-clock time since the Unix epoch.
    pub wall: Duration,
    /// The time of the monotonic clock, since its origin.
    pub monotonic: Duration,
}

impl ClockReading {
    /// A deadline that neither clock reaches.
    pub(crate) const NEVER: Self = Self {
        wall: Duration::MAX,
        monotonic: Duration::MAX,
    };

    /// Returns the reading of both clocks after `duration` has passed.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self {
            wall: self.wall.saturating_add(duration),
            monotonic: self.monotonic.saturating_add(duration),
        }
    }

    /// Returns `true` if either clock has reached `deadline`.
    #[must_use]
    pub fn has_reached(self, deadline: Self) -> bool {
        self.wall >= deadline.wall || self.monotonic >= deadline.monotonic
    }

    /// Returns the time until the first clock reaches `deadline`, or zero if one has reached it.
    #[must_use]
    pub fn time_until(self, deadline: Self) -> Duration {
        let wall = deadline.wall.saturating_sub(self.wall);
        wall.min(deadline.monotonic.saturating_sub(self.monotonic))
    }

    /// Returns the time since `earlier`, by the clock that has advanced more.
    #[must_use]
    pub fn time_since(self, earlier: Self) -> Duration {
        let wall = self.wall.saturating_sub(earlier.wall);
        wall.max(self.monotonic.saturating_sub(earlier.monotonic))
    }

    /// Returns the deadline that either clock reaches first: the earlier time of each clock.
    #[must_use]
    pub fn earliest(self, other: Self) -> Self {
        Self {
            wall: self.wall.min(other.wall),
            monotonic: self.monotonic.min(other.monotonic),
        }
    }
}

/// The operating system's clocks.
///
/// # Examples
///
/// ```
/// use cognito_m2m::time::{Clock, SystemClock};
///
/// assert!(SystemClock::default().wall().as_secs() > 1_700_000_000);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    origin: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self {
            origin: Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    fn wall(&self) -> Duration {
        // If the clock is set to a date before 1970, every token is refused as not yet valid.
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
    }

    fn monotonic(&self) -> Duration {
        self.origin.elapsed()
    }

    fn sleep_until(&self, deadline: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let wait = deadline.saturating_sub(self.monotonic());
        Box::pin(tokio::time::sleep(wait))
    }
}

impl fmt::Debug for dyn Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    const NOW: ClockReading = ClockReading {
        wall: Duration::from_secs(1_000),
        monotonic: Duration::from_secs(10),
    };

    #[test]
    fn deadline_is_reached_when_either_clock_reaches_it() {
        let deadline = NOW.after(SECOND * 60);
        assert!(!NOW.after(SECOND * 59).has_reached(deadline));
        let suspended = ClockReading {
            wall: NOW.wall + SECOND * 60,
            ..NOW
        };
        assert!(suspended.has_reached(deadline));
        assert_eq!(suspended.time_until(deadline), Duration::ZERO);
        assert_eq!(suspended.time_since(NOW), SECOND * 60);
    }

    #[test]
    fn wall_clock_that_is_set_back_does_not_postpone_a_deadline() {
        let deadline = NOW.after(SECOND * 60);
        let set_back = ClockReading {
            wall: Duration::ZERO,
            monotonic: NOW.monotonic + SECOND * 45,
        };
        assert_eq!(set_back.time_until(deadline), SECOND * 15);
        assert_eq!(set_back.time_since(NOW), SECOND * 45);
        assert!(set_back.after(SECOND * 15).has_reached(deadline));
    }

    #[tokio::test]
    async fn sleep_with_the_default_implementation_notices_the_wall_clock() {
        struct Suspended(std::sync::atomic::AtomicU64);

        impl Clock for Suspended {
            fn wall(&self) -> Duration {
                // Two hours pass while the monotonic clock stands still.
                SECOND * 7_200 * u32::from(self.0.load(std::sync::atomic::Ordering::Relaxed) > 0)
            }

            fn monotonic(&self) -> Duration {
                Duration::ZERO
            }

            fn sleep_until(&self, deadline: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
                assert_eq!(deadline, WALL_CLOCK_INTERVAL);
                self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                Box::pin(std::future::ready(()))
            }
        }

        let clock = Suspended(std::sync::atomic::AtomicU64::new(0));
        let deadline = clock.now().after(SECOND * 3_600);
        clock.sleep_until_either(deadline).await;
        assert!(clock.now().has_reached(deadline));
    }
}
