//! Client activity: which client was first and last seen when.
//!
//! It is informational and no request depends on it: a request notes its client in memory, and a
//! writer on the crate's own thread brings the notes to an [`ActivityStore`]. The store may be slow,
//! locked, gone or unmigrated; what was noted waits, one entry per client, until it is back.

#[cfg(feature = "diesel-activity")]
mod diesel;
mod interface;
mod query;
mod recorder;
mod table;
mod timestamp;
mod writer;

#[cfg(feature = "diesel-mysql")]
pub use diesel::MysqlActivity;
#[cfg(feature = "diesel-postgres")]
pub use diesel::PostgresActivity;
#[cfg(feature = "diesel-sqlite")]
pub use diesel::SqliteActivity;
pub use interface::{
    ActivityError, ActivityReader, ActivityStore, ClientActivity, ReaderFuture, StoreFuture,
};
pub(crate) use query::MAX_PER_PAGE;
pub use query::{ClientQuery, ClientRows, SortBy};
pub(crate) use recorder::Recorder;
pub use table::{InvalidTableName, TableName};
pub use timestamp::Timestamp;
pub(crate) use writer::Writer;
