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

/// The interval at which a failed write is retried during shutdown.
const SHUTDOWN_RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// Writes the recorded activity to the store, on the background thread of the crate.
pub(crate) struct Writer {
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) store: Box<dyn ActivityStore>,
    pub(crate) interval: Duration,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Writer {
    /// Runs until `stop` becomes `true`, then writes the remaining activity. The caller limits the
    /// duration of that last write.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) {
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
        while let Err(error) = self.flush().await {
            log(
                "failed to write client activity during shutdown",
                &error,
                failures,
            );
            tokio::time::sleep(SHUTDOWN_RETRY_INTERVAL).await;
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

async fn with_timeout(call: StoreFuture<'_>) -> Result<(), ActivityError> {
    tokio::time::timeout(STORE_TIMEOUT, call)
        .await
        .unwrap_or(Err(ActivityError::TimedOut))
}

fn log(message: &str, error: &ActivityError, failures: u32) {
    let cause = causes(error);
    tracing::warn!(%error, cause, failures, "{message}");
}
