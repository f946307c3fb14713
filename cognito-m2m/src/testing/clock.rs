use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use crate::time::Clock;

/// A clock that stands still until a test turns it.
///
/// Clones share one time. Both clocks, wall and monotonic, advance together;
/// [`set_wall`](Self::set_wall) moves the wall clock alone, as an administrator would.
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
    hands: Arc<watch::Sender<Hands>>,
}

#[derive(Clone, Copy, Debug)]
struct Hands {
    wall: Duration,
    monotonic: Duration,
}

impl TestClock {
    /// A clock that starts at the present wall-clock time.
    #[must_use]
    pub fn new() -> Self {
        let wall = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let hands = Hands {
            wall,
            monotonic: Duration::ZERO,
        };
        Self {
            hands: Arc::new(watch::Sender::new(hands)),
        }
    }

    /// Turns both clocks forward by `step` and wakes whoever sleeps until then.
    pub fn advance(&self, step: Duration) {
        self.hands.send_modify(|hands| {
            hands.wall = hands.wall.saturating_add(step);
            hands.monotonic = hands.monotonic.saturating_add(step);
        });
    }

    /// How many sleep on it.
    #[cfg(test)]
    pub(crate) fn sleepers(&self) -> usize {
        self.hands.receiver_count()
    }

    /// Sets the wall clock alone, to `since_epoch` after the Unix epoch.
    pub fn set_wall(&self, since_epoch: Duration) {
        self.hands.send_modify(|hands| hands.wall = since_epoch);
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn wall(&self) -> Duration {
        self.hands.borrow().wall
    }

    fn monotonic(&self) -> Duration {
        self.hands.borrow().monotonic
    }

    fn sleep_until(&self, deadline: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut hands = self.hands.subscribe();
        Box::pin(async move {
            // The sender lives as long as a clone of the clock does. Once all are gone the time
            // stands still for good, and so does this sleeper.
            if hands
                .wait_for(|now| now.monotonic >= deadline)
                .await
                .is_err()
            {
                std::future::pending::<()>().await;
            }
        })
    }
}
