use std::future::Future;

use tokio::task::AbortHandle;

use super::rows::Row;
use super::stored_cutoff::{StoredCutoff, StoredIds};
use crate::database::{DatabaseConnection, Failure};

/// A connection with the statements of a store.
///
/// The server ends a statement that takes too long before the call is cancelled, so that sessions do not
/// accumulate behind a lock.
pub(super) trait CutoffConnection: DatabaseConnection {
    /// The migration that creates the table, and records itself in Diesel's table of migrations.
    const MIGRATION: &'static str;

    /// Sets up a new connection.
    fn set_up(&mut self) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Returns all rows.
    fn read(&mut self) -> impl Future<Output = Result<Vec<Row>, Failure>> + Send;

    /// Inserts or replaces the row of a client.
    fn set(&mut self, cutoff: &StoredCutoff) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Deletes the row of a client. Returns `false` if there is none.
    fn lift(&mut self, ids: &StoredIds) -> impl Future<Output = Result<bool, Failure>> + Send;

    /// Returns the handle of the task that drives the connection, if there is one that does not end by
    /// itself while the server is silent.
    fn driver(&self) -> Option<AbortHandle> {
        None
    }
}
