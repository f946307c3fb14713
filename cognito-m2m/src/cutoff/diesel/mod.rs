//! Cut-off stores that use Diesel. Each opens its own connections.

#[cfg(any(feature = "diesel-mysql", feature = "diesel-postgres"))]
mod connection;
mod failure;
#[cfg(feature = "diesel-mysql")]
mod mysql;
#[cfg(any(feature = "diesel-mysql", feature = "diesel-postgres"))]
mod network_store;
#[cfg(feature = "diesel-postgres")]
mod pg_connection;
#[cfg(feature = "diesel-postgres")]
mod postgres;
mod rows;
#[cfg(any(feature = "diesel-mysql", feature = "diesel-postgres"))]
mod session;
#[cfg(feature = "diesel-sqlite")]
mod sqlite;
#[cfg(feature = "diesel-sqlite")]
mod sqlite_statements;
mod stored_cutoff;
mod table;

#[cfg(feature = "diesel-mysql")]
pub use mysql::MysqlCutoffs;
#[cfg(feature = "diesel-postgres")]
pub use postgres::PostgresCutoffs;
#[cfg(feature = "diesel-sqlite")]
pub use sqlite::SqliteCutoffs;
