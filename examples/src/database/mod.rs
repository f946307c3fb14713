//! SQLite, PostgreSQL or MySQL behind one type: a pool of sync Diesel connections.
//!
//! Queries run on blocking threads. A query runs to its end even if the caller disconnects, so no
//! connection returns to the pool with a half-read result.

mod open;
#[cfg(feature = "servers")]
mod server;
mod url;

use std::time::Duration;

use actix_web::{error::BlockingError, rt::time, web};
use diesel::{
    QueryResult, SqliteConnection,
    r2d2::{ConnectionManager, Pool, PoolError, R2D2Connection},
};
#[cfg(feature = "mysql")]
use diesel_async::AsyncMysqlConnection;
#[cfg(feature = "postgres")]
use diesel_async::AsyncPgConnection;

#[cfg(feature = "servers")]
pub use server::{ServerConnection, SharedRuntime};
pub use url::{DatabaseUrl, InvalidDatabaseUrl};

/// The time limit of a query, including the wait for a connection.
const QUERY_TIMEOUT: Duration = Duration::from_secs(10);

/// A pool of connections to one of the databases. Clones share the pool.
#[derive(Clone)]
pub enum Database {
    /// SQLite, compiled in.
    Sqlite(Connections<SqliteConnection>),
    /// PostgreSQL, without libpq.
    #[cfg(feature = "postgres")]
    Postgres(Connections<ServerConnection<AsyncPgConnection>>),
    /// MySQL or MariaDB, without a client library.
    #[cfg(feature = "mysql")]
    Mysql(Connections<ServerConnection<AsyncMysqlConnection>>),
}

/// A pool of connections of one type.
pub type Connections<C> = Pool<ConnectionManager<C>>;

/// The error returned if the database can't be opened or a query fails.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The database can't be opened, or its migrations failed.
    #[error("DATABASE_URL: failed to open the database: {0}")]
    Open(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// All connections are in use, or none can be opened.
    #[error("no connection to the database is available: {0}")]
    Connection(#[from] PoolError),
    /// The query took too long.
    #[error("the query timed out after {QUERY_TIMEOUT:?}")]
    Timeout,
    /// The query failed.
    #[error("the query failed: {0}")]
    Query(#[from] diesel::result::Error),
    /// The thread pool has been shut down.
    #[error("the server is shutting down")]
    ShuttingDown(#[from] BlockingError),
}

impl Database {
    /// Opens a database and runs its pending migrations.
    ///
    /// # Errors
    ///
    /// Returns [`DatabaseError::Open`] if the database can't be opened or migrated. The message
    /// never contains the URL, which may hold a password.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, DatabaseError> {
        let url = url.clone();
        web::block(move || open::open(&url))
            .await?
            .map_err(DatabaseError::Open)
    }
}

/// Runs Diesel code on a blocking thread, so that it never blocks an Actix worker.
///
/// # Errors
///
/// Returns [`DatabaseError`] if no connection is available or the query fails. After
/// [`DatabaseError::Timeout`] the query may still be running.
pub async fn run<C, T>(
    connections: &Connections<C>,
    work: impl FnOnce(&mut C) -> QueryResult<T> + Send + 'static,
) -> Result<T, DatabaseError>
where
    C: R2D2Connection + 'static,
    T: Send + 'static,
{
    let connections = connections.clone();
    let result = web::block(move || Ok(work(&mut *connections.get()?)?));
    time::timeout(QUERY_TIMEOUT, result)
        .await
        .map_err(|_| DatabaseError::Timeout)??
}

/// Runs the same code for any database. The code is compiled once for each connection type.
///
/// ```text
/// with_connections!(&database, connections => run(connections, |connection| ..).await)
/// ```
#[macro_export]
macro_rules! with_connections {
    ($database:expr, $connections:ident => $code:expr) => {
        match $database {
            $crate::Database::Sqlite($connections) => $code,
            #[cfg(feature = "postgres")]
            $crate::Database::Postgres($connections) => $code,
            #[cfg(feature = "mysql")]
            $crate::Database::Mysql($connections) => $code,
        }
    };
}
