//! Connections to databases, for the stores of the crate. Each store opens its own.

#[cfg(any(feature = "diesel-mysql", feature = "diesel-postgres"))]
mod connection;
mod failure;
#[cfg(any(feature = "diesel-mysql", feature = "diesel-postgres"))]
mod limits;
#[cfg(any(
    feature = "diesel-mysql",
    feature = "diesel-postgres",
    feature = "diesel-sqlite"
))]
mod migrations_table;
#[cfg(feature = "diesel-mysql")]
mod mysql;
#[cfg(feature = "diesel-postgres")]
mod postgres;
#[cfg(any(feature = "diesel-mysql", feature = "diesel-postgres"))]
mod reused_connection;
#[cfg(any(feature = "diesel-mysql", feature = "diesel-postgres"))]
mod server;
#[cfg(feature = "diesel-sqlite")]
mod sqlite;

#[cfg(any(feature = "diesel-mysql", feature = "diesel-postgres"))]
pub(crate) use connection::DatabaseConnection;
pub(crate) use failure::{Failure, FailureKind};
#[cfg(any(
    feature = "diesel-mysql",
    feature = "diesel-postgres",
    feature = "diesel-sqlite"
))]
pub(crate) use migrations_table::create_migrations_table;
#[cfg(feature = "diesel-postgres")]
pub(crate) use postgres::{PgConnection, PlainConnection, TypedParameter};
#[cfg(any(feature = "diesel-mysql", feature = "diesel-postgres"))]
pub(crate) use reused_connection::{CallError, ReusedConnection, Work};
#[cfg(any(feature = "diesel-mysql", feature = "diesel-postgres"))]
pub(crate) use server::{Connecting, DatabaseServer};
#[cfg(feature = "diesel-sqlite")]
pub(crate) use sqlite::open_sqlite;
