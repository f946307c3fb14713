use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::batches::Batches;
use super::error::ActivityError;
use super::interface::ActivityStore;
use super::new_clients::{NewClients, new_clients};
use super::precision::Precision;
use super::recorder::Recorder;
use crate::backoff::Backoff;
use crate::error_chain::causes;
use crate::pool::PoolName;
use crate::time::Clock;

/// When activity is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WriteTimes {
    pub(crate) precision: Duration,
    pub(crate) flush_interval: Duration,
    /// The maximum duration of the last write, after the writer was stopped.
    pub(crate) shutdown_timeout: Duration,
}

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
    recorder: Arc<Recorder>,
    new_clients: NewClients,
    batches: Batches,
    collection_interval: Duration,
    clock: Arc<dyn Clock>,
    shutdown_timeout: Duration,
}

/// What starts a write.
enum Cause {
    Collection,
    NewClients,
}

impl Writer {
    /// Creates a recorder, and the writer of what it records.
    pub(crate) fn new(
        pools: impl IntoIterator<Item = PoolName>,
        store: Box<dyn ActivityStore>,
        times: WriteTimes,
        clock: Arc<dyn Clock>,
    ) -> (Arc<Recorder>, Self) {
        let precision = Precision::new(times.precision);
        let (sender, new_clients) = new_clients();
        let recorder = Arc::new(Recorder::new(pools, precision, sender));
        let writer = Self {
            recorder: Arc::clone(&recorder),
            new_clients,
            batches: Batches::new(store, precision),
            collection_interval: precision.collection_interval(times.flush_interval),
            clock,
            shutdown_timeout: times.shutdown_timeout,
        };
        (recorder, writer)
    }

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
        if let Err(error) = self.batches.start().await {
            log("the activity store is not ready", &error, 0);
        }
        let mut failures = 0_u32;
        // Instances that start together don't write together.
        let phase = self.collection_interval.mul_f64(fastrand::f64());
        let mut next_collection = self.clock.now().after(phase);
        loop {
            let cause = tokio::select! {
                biased;
                // An error means that the sender was dropped, which also ends the writer.
                _ = stop.wait_for(|stop| *stop) => break,
                () = self.clock.sleep_until_either(next_collection) => Cause::Collection,
                () = self.new_clients.gather(&*self.clock), if failures == 0 => Cause::NewClients,
            };
            if let Err(error) = self.write(&cause).await {
                log(
                    "failed to write client activity; it is kept and will be retried",
                    &error,
                    failures,
                );
                self.recorder.retry_due();
                failures = failures.saturating_add(1);
                let pause = BACKOFF.pause(failures, fastrand::f64());
                next_collection = self.clock.now().after(pause);
            } else if let Cause::Collection = cause {
                failures = 0;
                next_collection = self.clock.now().after(self.collection_interval);
            }
        }
        self.write_remaining(failures).await;
    }

    async fn write(&mut self, cause: &Cause) -> Result<(), ActivityError> {
        let entries = match cause {
            Cause::Collection => self.recorder.take_due(self.clock.wall()),
            Cause::NewClients => {
                // The rows get the times of the requests that came after the first one.
                self.recorder.gather();
                self.new_clients.take()
            }
        };
        self.batches.write(entries).await
    }

    /// Writes what is left at shutdown: new clients, and clients whose stored time is too old. Retries
    /// only if a retry can help, and logs the first failure only.
    async fn write_remaining(&mut self, earlier_failures: u32) {
        let mut failures = 0_u32;
        while let Err(error) = self.batches.write(self.recorder.remaining()).await {
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

    /// Logs the number of clients that should have been written. Their rows keep the times of the last
    /// successful write.
    fn report_unwritten(&self) {
        let clients = self.recorder.remaining().len();
        if clients > 0 {
            tracing::warn!(
                clients,
                "client activity was not written before the shutdown and is lost"
            );
        }
    }
}

/// Waits until the writer is stopped, and then for the shutdown timeout, less a margin.
async fn shutdown_deadline(mut stop: watch::Receiver<bool>, timeout: Duration) {
    // An error means that the sender was dropped.
    let _ = stop.wait_for(|stop| *stop).await;
    let margin = SHUTDOWN_MARGIN.min(timeout.mul_f64(0.25));
    tokio::time::sleep(timeout.saturating_sub(margin)).await;
}

fn log(message: &str, error: &ActivityError, failures: u32) {
    let cause = causes(error);
    tracing::warn!(%error, cause, failures, "{message}");
}
