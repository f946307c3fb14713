//! Shared code of the integration tests: a server under test with a client for it, fixtures around
//! a local Cognito, captured logs, a proxy that breaks connections, and the workspace's sources.

mod api;
#[cfg(feature = "browser")]
mod browser;
mod capture;
mod fixtures;
mod process;
mod proxy;
mod server;
mod sources;

use std::time::{Duration, Instant};

pub use api::{Answer, Api};
#[cfg(feature = "browser")]
pub use browser::Browser;
pub use capture::CapturedLog;
pub use fixtures::{ApiFixture, AuthFixture, Routes, serve_routes};
pub use process::{assert_passed, command_after, command_of, has_passed_with};
pub use proxy::Proxy;
pub use sources::{Source, files, sources, workspace_file};

/// Waits until `condition` is true, checking every 10 ms, for results of other threads.
///
/// `what` describes the condition in the panic message.
///
/// # Panics
///
/// Panics if the condition is still false after a minute.
pub async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !condition() {
        let waited = begin.elapsed();
        assert!(
            waited < Duration::from_secs(60),
            "timed out after a minute: {what}"
        );
        actix_web::rt::time::sleep(Duration::from_millis(10)).await;
    }
}
