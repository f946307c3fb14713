//! The clock, which tests can replace.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A source of the current time.
///
/// The dates of a token (`exp`, `nbf`, `iat`) are compared with the wall clock. Lifetimes of keys,
/// intervals and retries use the monotonic clock, which cannot be set back. The default is
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
