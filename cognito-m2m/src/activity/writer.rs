use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::interface::{ActivityError, ActivityStore, ClientActivity, StoreFuture};
use super::recorder::{Recorder, Unwritten};
use crate::backoff::Backoff;
use crate::time::Clock;

/// The longest that a call of the store may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most rows of a statement.
const BATCH: usize = 1_000;

/// The pauses after failures: 1, 2, 4 .. 10 seconds, of which the jitter takes up to a half.
const BACKOFF: Backoff = Backoff {
    first: Duration::from_secs(1),
    max: Duration::from_secs(10),
    jitter_share: 0.5,
};

/// How soon a failed last flush is tried again.
const LAST_RETRY: Duration = Duration::from_millis(100);

/// Brings what requests note to the store, on the crate's own thread.
pub(crate) struct Writer {
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) store: Box<dyn ActivityStore>,
    pub(crate) interval: Duration,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Writer {
    /// Ends with the last flush, once it is told to stop; whoever tells it limits the time.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        if let Err(error) = in_time(self.store.check()).await {
            log("the store of client activity is not ready", &error, 0);
        }
        let mut failures = 0_u32;
        loop {
            let now = self.clock.monotonic();
            let pause = match failures {
                0 => self.interval,
                failures => BACKOFF.pause(failures, fastrand::f64()),
            };
            let is_told = tokio::select! {
                // An error means that whoever could tell is gone.
                _ = stop.wait_for(|stop| *stop) => true,
                () = self.recorder.new_client(), if failures == 0 => false,
                () = self.clock.sleep_until(now.saturating_add(pause)) => false,
            };
            if is_told {
                break;
            }
            failures = match self.flush().await {
                Ok(()) => 0,
                Err(error) => {
                    log(
                        "client activity could not be written: it is kept",
                        &error,
                        failures,
                    );
                    failures.saturating_add(1)
                }
            };
        }
        while let Err(error) = self.flush().await {
            log(
                "client activity could not be written at shutdown",
                &error,
                failures,
            );
            tokio::time::sleep(LAST_RETRY).await;
        }
    }

    async fn flush(&mut self) -> Result<(), ActivityError> {
        let unwritten = self.recorder.take_unwritten();
        for batch in unwritten.chunks(BATCH) {
            let sightings: Arc<[ClientActivity]> =
                batch.iter().map(|entry| entry.sighting.clone()).collect();
            if let Err(error) = in_time(self.store.write(sightings)).await {
                self.recorder.give_back();
                return Err(error);
            }
            batch.iter().for_each(Unwritten::mark_as_written);
        }
        Ok(())
    }
}

async fn in_time(call: StoreFuture<'_>) -> Result<(), ActivityError> {
    tokio::time::timeout(PATIENCE, call)
        .await
        .unwrap_or(Err(ActivityError::TimedOut))
}

fn log(message: &str, error: &ActivityError, failures: u32) {
    let cause = error.source().map(ToString::to_string);
    tracing::warn!(%error, cause, failures, "{message}");
}
