//! Time as an argument: the clock seam, and the dates that tokens carry.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Where this crate reads the time.
///
/// Token dates (`exp`, `nbf`, `iat`) are judged on the wall clock; everything with a time to live
/// runs on the monotonic clock, which no administrator can set back. Tests use
/// `testing::TestClock`, everything else [`SystemClock`].
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
    /// Wall-clock time since the Unix epoch.
    fn wall(&self) -> Duration;

    /// Time since a fixed origin of this clock's own choice; it never goes back.
    fn monotonic(&self) -> Duration;

    /// Completes once [`monotonic`](Self::monotonic) has reached `deadline`.
    ///
    /// It is awaited on the crate's own background thread, which has a Tokio timer.
    fn sleep_until(&self, deadline: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// The clocks of the operating system.
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
        // A machine whose clock stands before 1970 finds every token «not yet valid».
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
