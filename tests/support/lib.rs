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
/// When it has not come true in ten seconds.
pub async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..1_000 {
        if condition() {
            return;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("waited ten seconds in vain: {what}");
}
