use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::client_activity::ClientActivity;
use super::entry::Entry;
use super::error::ActivityError;
use super::interface::ActivityStore;
use super::precision::{Precision, Times};

/// The maximum duration of a call to the store.
const STORE_TIMEOUT: Duration = Duration::from_secs(5);

/// The maximum number of clients in a call to the store.
const MAX_BATCH: usize = 1_000;

/// Writes entries to the store in batches. Reads the stored times of each batch first, and writes only
/// what the store lacks.
pub(super) struct Batches {
    store: Box<dyn ActivityStore>,
    precision: Precision,
}

impl Batches {
    pub(super) fn new(store: Box<dyn ActivityStore>, precision: Precision) -> Self {
        Self { store, precision }
    }

    /// Prepares the store for the first write, and checks that it can be used.
    pub(super) async fn start(&mut self) -> Result<(), ActivityError> {
        self.store.set_precision(self.precision.as_duration());
        with_timeout(self.store.check()).await
    }

    /// Writes those of the entries that the store lacks. If a batch fails, the batches before it have
    /// been written.
    pub(super) async fn write(&mut self, mut entries: Vec<Entry>) -> Result<(), ActivityError> {
        // A collection may have written new clients while others were gathered.
        entries.retain(|entry| entry.times.must_write(self.precision));
        // All instances lock rows in the same order.
        entries.sort_unstable_by(|one, other| one.client_id.cmp(&other.client_id));
        for batch in entries.chunks(MAX_BATCH) {
            if !self.precision.is_zero() {
                self.read(batch).await?;
            }
            self.write_batch(batch).await?;
        }
        Ok(())
    }

    /// Updates the entries of a sorted batch with the stored times. Another instance may have written
    /// a later time, and a row may have been deleted.
    async fn read(&mut self, batch: &[Entry]) -> Result<(), ActivityError> {
        let client_ids = batch.iter().map(|entry| entry.client_id.clone()).collect();
        let rows = with_timeout(self.store.stored(client_ids)).await?;
        let mut stored = vec![None; batch.len()];
        for row in &rows {
            // A row of another client, such as one whose ID differs in case only, has no effect.
            let index = batch.binary_search_by(|entry| entry.client_id.cmp(&row.client_id));
            if let Some(stored) = index.ok().and_then(|index| stored.get_mut(index)) {
                *stored = Some(times_of(row));
            }
        }
        for (entry, stored) in batch.iter().zip(stored) {
            entry.times.set_stored(stored);
        }
        Ok(())
    }

    async fn write_batch(&mut self, batch: &[Entry]) -> Result<(), ActivityError> {
        let lacking: Vec<_> = batch
            .iter()
            .filter(|entry| entry.times.must_write(self.precision))
            .map(|entry| (entry, entry.times.seen()))
            .collect();
        if lacking.is_empty() {
            return Ok(());
        }
        let records = lacking.iter().map(|(entry, seen)| entry.activity(*seen));
        with_timeout(self.store.write(records.collect::<Arc<[_]>>())).await?;
        for (entry, seen) in lacking {
            entry.times.set_stored(Some(seen));
        }
        Ok(())
    }
}

fn times_of(row: &ClientActivity) -> Times {
    Times {
        first: row.first_seen_at.as_micros(),
        last: row.last_seen_at.as_micros(),
    }
}

async fn with_timeout<T>(
    call: impl Future<Output = Result<T, ActivityError>>,
) -> Result<T, ActivityError> {
    tokio::time::timeout(STORE_TIMEOUT, call)
        .await
        .unwrap_or(Err(ActivityError::TimedOut))
}
