use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use crate::time::{Clock, ClockReading};

/// A clock that only moves when a test advances it.
///
/// Clones share the same time. [`advance`](Self::advance) moves the wall clock and the monotonic
/// clock together. [`set_wall`](Self::set_wall) changes only the wall clock, like a correction of
/// the system time or a machine that was suspended.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use cognito_m2m::testing::TestClock;
/// use cognito_m2m::time::Clock;
///
/// let clock = TestClock::new();
/// let before = clock.wall();
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.wall() - before, Duration::from_secs(60));
///
/// clock.set_wall(Duration::from_secs(1_800_000_000));
/// assert_eq!(clock.monotonic(), Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
pub struct TestClock {
    time: Arc<watch::Sender<ClockReading>>,
}

impl TestClock {
    /// Creates a clock that starts at the current wall-clock time.
    #[must_use]
    pub fn new() -> Self {
        let wall = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let time = ClockReading {
            wall,
            monotonic: Duration::ZERO,
        };
        Self {
            time: Arc::new(watch::Sender::new(time)),
        }
    }

    /// Advances the wall clock and the monotonic clock by `step`, and wakes the tasks whose
    /// deadline has passed.
    pub fn advance(&self, step: Duration) {
        self.time.send_modify(|time| {
            time.wall = time.wall.saturating_add(step);
            time.monotonic = time.monotonic.saturating_add(step);
        });
    }

    /// Sets the wall clock to `since_epoch` after the Unix epoch, without changing the monotonic
    /// clock, and wakes the tasks whose deadline has passed.
    pub fn set_wall(&self, since_epoch: Duration) {
        self.time.send_modify(|time| time.wall = since_epoch);
    }

    /// Returns the number of tasks that sleep on this clock.
    #[cfg(test)]
    pub(crate) fn sleepers(&self) -> usize {
        self.time.receiver_count()
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn wall(&self) -> Duration {
        self.time.borrow().wall
    }

    fn monotonic(&self) -> Duration {
        self.time.borrow().monotonic
    }

    fn sleep_until(&self, deadline: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let time = self.time.subscribe();
        Box::pin(sleep_until_true(time, move |now| now.monotonic >= deadline))
    }

    fn now(&self) -> ClockReading {
        *self.time.borrow()
    }

    fn sleep_until_either(
        &self,
        deadline: ClockReading,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let time = self.time.subscribe();
        Box::pin(sleep_until_true(time, move |now| now.has_reached(deadline)))
    }
}

async fn sleep_until_true(
    mut time: watch::Receiver<ClockReading>,
    is_over: impl Fn(&ClockReading) -> bool,
) {
    // An error means that every clone of the clock has been dropped. The time can no longer change,
    // so the deadline is never reached.
    if time.wait_for(is_over).await.is_err() {
        std::future::pending::<()>().await;
    }
}
