use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::client_activity::ClientActivity;
use super::precision::{Due, Precision, Times};
use super::timestamp::Timestamp;

/// A client, and the times that are recorded for it.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) client_id: Box<str>,
    pub(super) times: Arc<EntryTimes>,
}

/// The times at which a client was first and last seen, and the stored times as they were last read
/// or written, in microseconds since the Unix epoch.
pub(super) struct EntryTimes {
    first: AtomicU64,
    last: AtomicU64,
    /// [`UNKNOWN`] if nothing is known about the store.
    stored_first: AtomicU64,
    stored_last: AtomicU64,
    /// The delay of this entry's writes, in microseconds.
    phase: u64,
}

/// Later than every [`Timestamp`].
const UNKNOWN: u64 = u64::MAX;

impl Entry {
    /// Returns the activity with these times.
    pub(super) fn activity(&self, seen: Times) -> ClientActivity {
        ClientActivity {
            client_id: self.client_id.clone(),
            first_seen_at: Timestamp::from_micros(seen.first),
            last_seen_at: Timestamp::from_micros(seen.last),
        }
    }
}

impl EntryTimes {
    pub(super) fn new(now: u64, phase: u64) -> Self {
        Self {
            first: AtomicU64::new(now),
            last: AtomicU64::new(now),
            stored_first: AtomicU64::new(UNKNOWN),
            stored_last: AtomicU64::new(0),
            phase,
        }
    }

    pub(super) fn record(&self, now: u64) {
        self.merge(Times {
            first: now,
            last: now,
        });
    }

    /// Records a first and a last time that a worker has recorded.
    pub(super) fn merge(&self, seen: Times) {
        self.last.fetch_max(seen.last, Ordering::SeqCst);
        // Only if the clock was set back.
        if seen.first < self.first.load(Ordering::SeqCst) {
            self.first.fetch_min(seen.first, Ordering::SeqCst);
        }
    }

    pub(super) fn seen(&self) -> Times {
        Times {
            first: self.first.load(Ordering::SeqCst),
            last: self.last.load(Ordering::SeqCst),
        }
    }

    /// Sets the times that the store has. Times that were recorded in the meantime remain unwritten.
    pub(super) fn set_stored(&self, stored: Option<Times>) {
        let Times { first, last } = stored.unwrap_or(Times {
            first: UNKNOWN,
            last: 0,
        });
        self.stored_first.store(first, Ordering::SeqCst);
        self.stored_last.store(last, Ordering::SeqCst);
    }

    pub(super) fn must_write(&self, precision: Precision) -> bool {
        precision.must_write(self.seen(), self.stored())
    }

    pub(super) fn due(&self, precision: Precision, now: u64) -> Due {
        precision.due(self.seen(), self.stored(), self.phase, now)
    }

    fn stored(&self) -> Option<Times> {
        let first = self.stored_first.load(Ordering::SeqCst);
        let last = self.stored_last.load(Ordering::SeqCst);
        (first != UNKNOWN).then_some(Times { first, last })
    }
}
