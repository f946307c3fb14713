//! Client activity: when each client was first and last seen.
//!
//! Activity is informational, and no request depends on it. A request records its client in memory
//! of its worker, and a writer on a background thread gathers the records and passes them to an
//! [`ActivityStore`]. If the store is slow, locked, unreachable or not migrated, the records stay in
//! memory, one entry per client, and are written later.

mod batches;
mod client_activity;
#[cfg(feature = "diesel-activity")]
mod diesel;
mod entry;
mod error;
mod interface;
mod new_clients;
mod precision;
mod query;
mod recorder;
mod slots;
mod table_name;
#[cfg(all(test, feature = "testing"))]
mod tests;
mod timestamp;
mod worker;
mod writer;

pub use client_activity::ClientActivity;
#[cfg(feature = "diesel-mysql")]
pub use diesel::MysqlActivity;
#[cfg(feature = "diesel-postgres")]
pub use diesel::PostgresActivity;
#[cfg(feature = "diesel-sqlite")]
pub use diesel::SqliteActivity;
pub use error::ActivityError;
pub use interface::{ActivityReader, ActivityStore, ReaderFuture, StoreFuture, StoredFuture};
pub(crate) use query::MAX_PER_PAGE;
pub use query::{ClientQuery, ClientRows, SortBy};
pub(crate) use recorder::Recorder;
pub use table_name::{InvalidTableName, TableName};
pub use timestamp::Timestamp;
pub(crate) use worker::{TrackedClient, WorkerRecorder};
pub(crate) use writer::{WriteTimes, Writer};
