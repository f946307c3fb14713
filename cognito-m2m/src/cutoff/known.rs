use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use super::list::{CutoffList, Verdict};
use super::unavailable::CutoffsUnavailable;
use crate::jwks::PendingFetch;
use crate::time::ClockReading;

/// Half of the maximum time for which a request waits for the first read.
const FIRST_READ_TIMEOUT: Duration = Duration::from_millis(500);

/// The cut-offs that an instance has read. Reading them takes no lock.
pub(crate) struct KnownCutoffs {
    snapshot: ArcSwap<Snapshot>,
    /// The number of reads that have ended, successful or not.
    ended_reads: watch::Sender<u64>,
    /// `true` once a read has ended. Requests check it, because reading `ended_reads` takes a lock.
    has_ended_read: AtomicBool,
    /// `true` if requests are refused until the first successful read.
    is_required: bool,
}

/// The result of the last successful read, and the state of the reads after it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    /// `None` until the first successful read.
    pub(crate) list: Option<Arc<CutoffList>>,
    /// The start of the last successful read.
    pub(crate) read_at: ClockReading,
    /// The error of the last read with its sources, or `None` if it succeeded.
    pub(crate) last_error: Option<Arc<str>>,
    pub(crate) next_read_at: ClockReading,
}

impl KnownCutoffs {
    pub(crate) fn new(is_required: bool) -> Self {
        Self {
            snapshot: ArcSwap::default(),
            ended_reads: watch::Sender::new(0),
            has_ended_read: AtomicBool::new(false),
            is_required,
        }
    }

    /// Evaluates the cut-offs for a token, with its `iat` claim in whole seconds.
    ///
    /// # Errors
    ///
    /// Returns [`CutoffsUnavailable`] if they have never been read and are required.
    pub(crate) fn evaluate(
        &self,
        pool: &str,
        client_id: &str,
        issued_at: Option<u64>,
        now: ClockReading,
    ) -> Result<Verdict, CutoffsUnavailable> {
        let snapshot = self.snapshot.load();
        match &snapshot.list {
            Some(list) if list.is_empty() => Ok(Verdict::Accepted),
            Some(list) => Ok(list.evaluate(pool, client_id, issued_at, now.wall)),
            None if self.is_required => Err(CutoffsUnavailable {
                retry_after: now.time_until(snapshot.next_read_at),
            }),
            None => Ok(Verdict::Accepted),
        }
    }

    /// Returns the first read if it has not ended and requests have to wait for it.
    pub(crate) fn pending_first_read(&self) -> Option<PendingFetch> {
        if !self.is_required || self.has_ended_read.load(Ordering::Acquire) {
            return None;
        }
        let ended_reads = self.ended_reads.subscribe();
        Some(PendingFetch::new(ended_reads, Some(1), FIRST_READ_TIMEOUT))
    }

    pub(crate) fn is_required(&self) -> bool {
        self.is_required
    }

    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Publishes the state after a read. Only one task calls it.
    pub(super) fn publish(&self, snapshot: Snapshot) {
        self.snapshot.store(Arc::new(snapshot));
        self.has_ended_read.store(true, Ordering::Release);
        self.ended_reads
            .send_modify(|ended| *ended = ended.saturating_add(1));
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::cutoff::Cutoff;

    fn at(secs: u64) -> ClockReading {
        ClockReading::default().after(Duration::from_secs(secs))
    }

    #[test]
    fn unread_cutoffs_refuse_requests_only_if_they_are_required() {
        for is_required in [true, false] {
            let known = KnownCutoffs::new(is_required);
            assert_eq!(known.pending_first_read().is_some(), is_required);
            let failed = Snapshot {
                next_read_at: at(12),
                ..Snapshot::default()
            };
            known.publish(failed);
            assert!(known.pending_first_read().is_none());
            let verdict = known.evaluate("default", "reporting", Some(1), at(10));
            let refused = Err(CutoffsUnavailable {
                retry_after: Duration::from_secs(2),
            });
            let expected = if is_required {
                refused
            } else {
                Ok(Verdict::Accepted)
            };
            assert_eq!(verdict, expected);
        }
    }

    #[test]
    fn rule_4_6_last_known_list_holds_after_a_failed_read() {
        let known = KnownCutoffs::new(true);
        let cutoff = Cutoff::new("reporting", UNIX_EPOCH + Duration::from_secs(5));
        let list = CutoffList::new(&[cutoff.expect("the client ID is valid")]);
        let read = Snapshot {
            list: Some(Arc::new(list)),
            ..Snapshot::default()
        };
        known.publish(read.clone());
        known.publish(Snapshot {
            last_error: Some("connection refused".into()),
            ..read
        });
        let verdict = known.evaluate("default", "reporting", Some(1), at(1_000_000));
        assert_eq!(verdict, Ok(Verdict::IssuedTooEarly));
    }
}
