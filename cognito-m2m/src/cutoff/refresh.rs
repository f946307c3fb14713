use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::error::CutoffError;
use super::interface::CutoffStore;
use super::known::{KnownCutoffs, Snapshot};
use super::list::CutoffList;
use super::value::Cutoff;
use crate::backoff::Backoff;
use crate::error_chain::{causes, chain};
use crate::pool::PoolName;
use crate::time::Clock;

/// The maximum duration of a read.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// The share of the interval by which a pause between two reads is shortened at random.
const JITTER_SHARE: f64 = 0.1;

/// The number of cut-offs above which a warning is logged, because every instance reads all of them at
/// every refresh.
const MANY_CUTOFFS: usize = 10_000;

/// Reads the cut-offs at regular intervals, on the background thread of the crate.
pub(crate) struct CutoffRefresh {
    pub(crate) store: Arc<dyn CutoffStore>,
    pub(crate) known: Arc<KnownCutoffs>,
    pub(crate) interval: Duration,
    /// The names of the user pools.
    pub(crate) pools: Box<[PoolName]>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl CutoffRefresh {
    pub(crate) async fn run(self) {
        let mut failures = 0_u32;
        loop {
            let pause = match self.read_once(failures).await {
                Ok(()) => {
                    failures = 0;
                    self.pause()
                }
                Err(pause) => {
                    failures = failures.saturating_add(1);
                    pause
                }
            };
            let next = self.clock.now().after(pause);
            self.clock.sleep_until_either(next).await;
        }
    }

    /// Reads the cut-offs and publishes the result. If the read fails, returns the pause before the next
    /// one.
    async fn read_once(&self, failures: u32) -> Result<(), Duration> {
        let started_at = self.clock.now();
        let read = self.read().await;
        let previous = self.known.snapshot();
        match read {
            Ok(cutoffs) => {
                let list = CutoffList::new(&cutoffs);
                log_change(previous.list.as_deref(), &list, &self.pools, failures);
                self.known.publish(Snapshot {
                    list: Some(Arc::new(list)),
                    read_at: started_at,
                    last_error: None,
                    next_read_at: self.clock.now().after(self.interval),
                });
                Ok(())
            }
            Err(error) => {
                let failures = failures.saturating_add(1);
                let pause = self.pause_after(failures);
                log_failure(&error, failures, previous.list.is_some());
                self.known.publish(Snapshot {
                    last_error: Some(chain(&error).into()),
                    next_read_at: self.clock.now().after(pause),
                    ..Snapshot::clone(&previous)
                });
                Err(pause)
            }
        }
    }

    /// Reads the cut-offs on a task of their own, because a store may panic.
    async fn read(&self) -> Result<Vec<Cutoff>, CutoffError> {
        let store = Arc::clone(&self.store);
        // Dropping the set aborts the task.
        let mut task = JoinSet::new();
        task.spawn(async move { store.read().await });
        match tokio::time::timeout(READ_TIMEOUT, task.join_next()).await {
            Ok(Some(Ok(read))) => read,
            Ok(Some(Err(_)) | None) => Err(CutoffError::Store("the store has panicked".into())),
            Err(_) => Err(CutoffError::TimedOut),
        }
    }

    /// Returns the pause after a successful read.
    fn pause(&self) -> Duration {
        self.interval.mul_f64(1.0 - JITTER_SHARE * fastrand::f64())
    }

    /// Returns the pause after this many failures: up to a second at first, and never longer than the
    /// interval.
    fn pause_after(&self, failures: u32) -> Duration {
        let backoff = Backoff {
            first: Duration::from_secs(1),
            max: self.interval,
            jitter_share: 0.5,
        };
        backoff.pause(failures, fastrand::f64())
    }
}

fn log_change(previous: Option<&CutoffList>, list: &CutoffList, pools: &[PoolName], failures: u32) {
    let cutoffs = list.len();
    if failures > 0 {
        tracing::info!(cutoffs, failures, "the cut-offs can be read again");
    }
    if previous == Some(list) || (previous.is_none() && list.is_empty()) {
        return;
    }
    tracing::info!(cutoffs, "the cut-offs have changed");
    for pool in list.pools() {
        if pools.iter().all(|known| known.as_str() != pool) {
            tracing::warn!(
                pool,
                "a cut-off names a pool that the setting `pools` does not define; it refuses no token"
            );
        }
    }
    let had_many = previous.is_some_and(|previous| previous.len() > MANY_CUTOFFS);
    if cutoffs > MANY_CUTOFFS && !had_many {
        tracing::warn!(
            cutoffs,
            "every instance reads more than 10000 cut-offs every `cutoff_refresh`: delete those that are older than `max_token_lifetime`"
        );
    }
}

/// Logs a failed read. During a long outage, the 1st, 2nd, 4th, 8th, .. consecutive failure is logged.
fn log_failure(error: &CutoffError, failures: u32, has_list: bool) {
    if !failures.is_power_of_two() {
        return;
    }
    let cause = causes(error);
    let message = if has_list {
        "failed to read the cut-offs; the last known ones stay in use"
    } else {
        "failed to read the cut-offs"
    };
    tracing::warn!(%error, cause, failures, "{message}");
}
