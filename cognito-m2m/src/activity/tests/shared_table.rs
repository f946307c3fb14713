use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::super::client_activity::ClientActivity;
use super::super::error::ActivityError;
use super::super::interface::{ActivityStore, StoreFuture, StoredFuture};

/// A table in memory that several stores share. It counts the statements and the rows that they change.
#[derive(Clone, Default)]
pub(super) struct SharedTable(Arc<Mutex<Table>>);

#[derive(Default)]
pub(super) struct Table {
    pub(super) rows: BTreeMap<Box<str>, ClientActivity>,
    pub(super) counts: Counts,
    /// The client IDs of each read.
    pub(super) reads: Vec<Vec<String>>,
    pub(super) fails: bool,
    running_statements: u64,
}

/// The numbers of statements and of changed rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) reads: u64,
    pub(super) writes: u64,
    pub(super) inserted_rows: u64,
    pub(super) updated_rows: u64,
    pub(super) failures: u64,
}

impl Counts {
    pub(super) fn statements(self) -> u64 {
        self.reads + self.writes
    }

    pub(super) fn rows(self) -> u64 {
        self.inserted_rows + self.updated_rows
    }

    pub(super) fn since(self, earlier: Self) -> Self {
        Self {
            reads: self.reads - earlier.reads,
            writes: self.writes - earlier.writes,
            inserted_rows: self.inserted_rows - earlier.inserted_rows,
            updated_rows: self.updated_rows - earlier.updated_rows,
            failures: self.failures - earlier.failures,
        }
    }
}

impl SharedTable {
    pub(super) fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn counts(&self) -> Counts {
        self.lock().counts
    }

    pub(super) fn row(&self, client_id: &str) -> Option<ClientActivity> {
        self.lock().rows.get(client_id).cloned()
    }

    pub(super) fn is_idle(&self) -> bool {
        self.lock().running_statements == 0
    }

    /// Returns a store that reads the table, and updates a row only if the new times are earlier or
    /// later by the precision.
    pub(super) fn store(&self) -> Box<dyn ActivityStore> {
        Box::new(TableStore {
            table: self.clone(),
            precision: Duration::ZERO,
            reads: true,
        })
    }

    /// Returns a store with the default implementations of `stored` and `set_precision`.
    pub(super) fn store_without_reads(&self) -> Box<dyn ActivityStore> {
        Box::new(WriteOnly(TableStore {
            table: self.clone(),
            precision: Duration::ZERO,
            reads: false,
        }))
    }

    /// Runs a statement. Other instances run before it takes effect, as over a network.
    async fn run<T>(&self, statement: impl FnOnce(&mut Table) -> T) -> Result<T, ActivityError> {
        self.lock().running_statements += 1;
        tokio::task::yield_now().await;
        let mut table = self.lock();
        table.running_statements -= 1;
        if table.fails {
            table.counts.failures += 1;
            return Err(ActivityError::Connect("the network is down".into()));
        }
        Ok(statement(&mut table))
    }
}

struct TableStore {
    table: SharedTable,
    precision: Duration,
    reads: bool,
}

impl ActivityStore for TableStore {
    fn check(&mut self) -> StoreFuture<'_> {
        Box::pin(async { Ok(()) })
    }

    fn set_precision(&mut self, precision: Duration) {
        self.precision = precision;
    }

    fn stored(&mut self, client_ids: Arc<[Box<str>]>) -> StoredFuture<'_> {
        assert!(client_ids.is_sorted() && (1..=1_000).contains(&client_ids.len()));
        Box::pin(self.table.run(move |table| {
            table.counts.reads += 1;
            let ids = client_ids.iter().map(ToString::to_string);
            table.reads.push(ids.collect());
            let rows = client_ids.iter().rev().filter_map(|id| table.rows.get(id));
            rows.cloned().collect()
        }))
    }

    fn write(&mut self, batch: Arc<[ClientActivity]>) -> StoreFuture<'_> {
        assert!(batch.is_sorted_by_key(|client| &client.client_id));
        assert!((1..=1_000).contains(&batch.len()));
        let precision = self.precision.as_micros().max(u128::from(self.reads));
        Box::pin(self.table.run(move |table| {
            table.counts.writes += 1;
            for seen in batch.iter() {
                table.merge(seen, precision);
            }
        }))
    }
}

impl Table {
    fn merge(&mut self, seen: &ClientActivity, precision: u128) {
        let Some(row) = self.rows.get_mut(&seen.client_id) else {
            self.counts.inserted_rows += 1;
            self.rows.insert(seen.client_id.clone(), seen.clone());
            return;
        };
        let outdated_from = u128::from(row.last_seen_at.as_micros()) + precision;
        let is_outdated = u128::from(seen.last_seen_at.as_micros()) >= outdated_from;
        if seen.first_seen_at < row.first_seen_at || is_outdated {
            self.counts.updated_rows += 1;
            row.first_seen_at = row.first_seen_at.min(seen.first_seen_at);
            row.last_seen_at = row.last_seen_at.max(seen.last_seen_at);
        }
    }
}

struct WriteOnly(TableStore);

impl ActivityStore for WriteOnly {
    fn check(&mut self) -> StoreFuture<'_> {
        self.0.check()
    }

    fn write(&mut self, batch: Arc<[ClientActivity]>) -> StoreFuture<'_> {
        self.0.write(batch)
    }
}
