//! Activity stores that use Diesel. Each opens its own connections.

#[cfg(any(feature = "diesel-mysql", feature = "diesel-postgres"))]
mod connection;
mod dialect;
mod existing_table;
mod failure;
mod listing;
#[cfg(feature = "diesel-mysql")]
mod mysql;
#[cfg(any(feature = "diesel-mysql", feature = "diesel-postgres"))]
mod network_store;
#[cfg(feature = "diesel-postgres")]
mod pg_connection;
#[cfg(feature = "diesel-postgres")]
mod postgres;
mod precision;
#[cfg(any(feature = "diesel-mysql", feature = "diesel-postgres"))]
mod session;
#[cfg(feature = "diesel-sqlite")]
mod sqlite;
#[cfg(feature = "diesel-sqlite")]
mod sqlite_dialect;
mod statements;
mod stored;

#[cfg(feature = "diesel-mysql")]
pub use mysql::MysqlActivity;
#[cfg(feature = "diesel-postgres")]
pub use postgres::PostgresActivity;
#[cfg(feature = "diesel-sqlite")]
pub use sqlite::SqliteActivity;
