use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::client_activity::ClientActivity;
use super::error::ActivityError;
use super::interface::{ActivityStore, StoreFuture};
use super::recorder::{Recorder, UnwrittenActivity};
use crate::backoff::Backoff;
use crate::error_chain::causes;
use crate::time::Clock;

/// The maximum duration of a call to the store.
const STORE_TIMEOUT: Duration = Duration::from_secs(5);

/// The maximum number of records in a batch.
const MAX_BATCH: usize = 1_000;

/// The pauses after failures: 1, 2, 4, 8, then 10 s, each shortened at random by up to half.
const BACKOFF: Backoff = Backoff {
    first: Duration::from_secs(1),
    max: Duration::from_secs(10),
    jitter_share: 0.5,
};

/// The pauses after failures during shutdown: 0.1, 0.2, 0.4, 0.8, 1.6, then 2 s, each shortened at
/// random by up to half.
const SHUTDOWN_BACKOFF: Backoff = Backoff {
    first: Duration::from_millis(100),
    max: Duration::from_secs(2),
    jitter_share: 0.5,
};

/// The maximum part of the shutdown timeout that the writer leaves to the thread on which it runs,
/// so that it can report what was not written.
const SHUTDOWN_MARGIN: Duration = Duration::from_millis(200);

/// Writes the recorded activity to the store, on the background thread of the crate.
pub(crate) struct Writer {
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) store: Box<dyn ActivityStore>,
    pub(crate) interval: Duration,
    pub(crate) clock: Arc<dyn Clock>,
    /// The maximum duration of the last write, after the writer was stopped.
    pub(crate) shutdown_timeout: Duration,
}

impl Writer {
    /// Runs until `stop` becomes `true`, then writes the remaining activity, for at most the shutdown
    /// timeout.
    pub(crate) async fn run(mut self, stop: watch::Receiver<bool>) {
        let deadline = shutdown_deadline(stop.clone(), self.shutdown_timeout);
        tokio::select! {
            biased;
            () = self.write_until_stopped(stop) => {}
            () = deadline => {}
        }
        self.report_unwritten();
    }

    async fn write_until_stopped(&mut self, mut stop: watch::Receiver<bool>) {
        if let Err(error) = with_timeout(self.store.check()).await {
            log("the activity store is not ready", &error, 0);
        }
        let mut failures = 0_u32;
        loop {
            let now = self.clock.now();
            let pause = match failures {
                0 => self.interval,
                failures => BACKOFF.pause(failures, fastrand::f64()),
            };
            let is_stopped = tokio::select! {
                // An error means that the sender was dropped, which also ends the writer.
                _ = stop.wait_for(|stop| *stop) => true,
                () = self.recorder.wait_for_new_client(), if failures == 0 => false,
                () = self.clock.sleep_until_either(now.after(pause)) => false,
            };
            if is_stopped {
                break;
            }
            failures = match self.flush().await {
                Ok(()) => 0,
                Err(error) => {
                    log(
                        "failed to write client activity; it is kept and will be retried",
                        &error,
                        failures,
                    );
                    failures.saturating_add(1)
                }
            };
        }
        self.write_remaining(failures).await;
    }

    /// Writes what is left at shutdown. Retries only if a retry can help, and logs the first failure
    /// only.
    async fn write_remaining(&mut self, earlier_failures: u32) {
        let mut failures = 0_u32;
        while let Err(error) = self.flush().await {
            if failures == 0 {
                log(
                    "failed to write client activity during shutdown",
                    &error,
                    earlier_failures,
                );
            }
            if error.is_permanent() {
                return;
            }
            failures = failures.saturating_add(1);
            let pause = SHUTDOWN_BACKOFF.pause(failures, fastrand::f64());
            tokio::time::sleep(pause).await;
        }
    }

    /// Logs the number of clients whose activity was not written. Their rows keep the times of the last
    /// successful write.
    fn report_unwritten(&self) {
        // A write that was cancelled has taken activity without writing it.
        self.recorder.retry_unwritten();
        let clients = self.recorder.take_unwritten().len();
        if clients > 0 {
            tracing::warn!(
                clients,
                "client activity was not written before the shutdown and is lost"
            );
        }
    }

    async fn flush(&mut self) -> Result<(), ActivityError> {
        let unwritten = self.recorder.take_unwritten();
        for batch in unwritten.chunks(MAX_BATCH) {
            let activity: Arc<[ClientActivity]> =
                batch.iter().map(|entry| entry.activity.clone()).collect();
            if let Err(error) = with_timeout(self.store.write(activity)).await {
                self.recorder.retry_unwritten();
                return Err(error);
            }
            batch.iter().for_each(UnwrittenActivity::mark_as_written);
        }
        Ok(())
    }
}

/// Waits until the writer is stopped, and then for the shutdown timeout, less a margin.
async fn shutdown_deadline(mut stop: watch::Receiver<bool>, timeout: Duration) {
    // An error means that the sender was dropped.
    let _ = stop.wait_for(|stop| *stop).await;
    let margin = SHUTDOWN_MARGIN.min(timeout.mul_f64(0.25));
    tokio::time::sleep(timeout.saturating_sub(margin)).await;
}

async fn with_timeout(call: StoreFuture<'_>) -> Result<(), ActivityError> {
    tokio::time::timeout(STORE_TIMEOUT, call)
        .await
        .unwrap_or(Err(ActivityError::TimedOut))
}

fn log(message: &str, error: &ActivityError, failures: u32) {
    let cause = causes(error);
    tracing::warn!(%error, cause, failures, "{message}");
}
