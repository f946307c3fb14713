use std::sync::Arc;

use tokio::sync::{Mutex, oneshot};
use tokio::task::JoinHandle;

use super::error::CutoffError;

/// Blocking calls that run one at a time.
///
/// A cancelled call keeps running on its thread until the operating system returns. The next call
/// waits for it first, so a stuck disk blocks at most one thread.
#[derive(Clone, Default)]
pub(super) struct Blocking {
    /// The last call. Locked during a call.
    running: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Blocking {
    /// Runs `work` on a blocking thread.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, CutoffError> + Send + 'static,
    ) -> Result<T, CutoffError> {
        let mut running = Arc::clone(&self.running).lock_owned().await;
        if let Some(cancelled) = running.as_mut() {
            // The cancelled call was already reported as timed out.
            let _ = cancelled.await;
        }
        let (send, result) = oneshot::channel();
        *running = Some(tokio::task::spawn_blocking(move || {
            // Fails if the call has been cancelled.
            let _ = send.send(work());
        }));
        let result = result.await;
        *running = None;
        result.unwrap_or_else(|_| Err(CutoffError::Store("the call was aborted".into())))
    }
}
