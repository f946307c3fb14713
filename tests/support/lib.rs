//! What the integration tests share: a server to talk to, answers to look at, a log to read,
//! a connection to break.

mod api;
#[cfg(feature = "browser")]
mod browser;
mod capture;
mod process;
mod proxy;
mod server;
mod sources;

use std::time::{Duration, Instant};

pub use api::{Answer, Api};
#[cfg(feature = "browser")]
pub use browser::Browser;
pub use capture::CapturedLog;
pub use process::{assert_passed, command_after, command_of};
pub use proxy::Proxy;
pub use sources::{Source, sources, workspace_file};

/// Waits until `condition` holds: for what happens on another thread.
///
/// # Panics
///
/// When it has not come true in a minute.
pub async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !condition() {
        let waited = begin.elapsed();
        assert!(waited < Duration::from_secs(60), "waited in vain: {what}");
        actix_web::rt::time::sleep(Duration::from_millis(10)).await;
    }
}
