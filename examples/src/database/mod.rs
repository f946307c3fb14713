//! SQLite, PostgreSQL or MySQL behind one type: sync Diesel on threads that may block, in one pool.
//!
//! All three have the same interface, and a caller that hangs up leaves no query half read.

mod open;
mod server;
mod url;

use std::time::Duration;

use actix_web::{error::BlockingError, rt::time, web};
use diesel::{
    QueryResult, SqliteConnection,
    r2d2::{ConnectionManager, Pool, PoolError, R2D2Connection},
};
use diesel_async::{AsyncMysqlConnection, AsyncPgConnection};

pub use server::{ServerConnection, SharedRuntime};
pub use url::{DatabaseUrl, InvalidDatabaseUrl};

/// How long a caller waits for an answer, the wait for a connection included.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connections to one of the three. A clone shares them.
#[derive(Clone)]
pub enum Database {
    /// SQLite, compiled in.
    Sqlite(Connections<SqliteConnection>),
    /// PostgreSQL, without libpq.
    Postgres(Connections<ServerConnection<AsyncPgConnection>>),
    /// MySQL and MariaDB, without their client library.
    Mysql(Connections<ServerConnection<AsyncMysqlConnection>>),
}

/// A pool of connections of one type.
pub type Connections<C> = Pool<ConnectionManager<C>>;

/// Why a database has not answered.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// There is no database to start with.
    #[error("DATABASE_URL: the database can't be opened: {0}")]
    Open(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// All connections are in use, or the database is gone.
    #[error("no connection to the database is free: {0}")]
    Busy(#[from] PoolError),
    /// It takes too long.
    #[error("the database has not answered within {PATIENCE:?}")]
    Slow,
    /// It can't do what it is asked.
    #[error("the database refused: {0}")]
    Query(#[from] diesel::result::Error),
    /// There is no thread left to work on.
    #[error("the server is stopping")]
    Stopping(#[from] BlockingError),
}

impl Database {
    /// Opens a database and brings its tables up to date.
    ///
    /// # Errors
    ///
    /// [`DatabaseError::Open`], without a word of the URL.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, DatabaseError> {
        let url = url.clone();
        web::block(move || open::open(&url))
            .await?
            .map_err(DatabaseError::Open)
    }
}

/// Runs Diesel code on a thread that may block: an Actix worker has only one.
///
/// # Errors
///
/// [`DatabaseError`]; the work may still be under way where it is [`DatabaseError::Slow`].
pub async fn run<C, T>(
    connections: &Connections<C>,
    work: impl FnOnce(&mut C) -> QueryResult<T> + Send + 'static,
) -> Result<T, DatabaseError>
where
    C: R2D2Connection + 'static,
    T: Send + 'static,
{
    let connections = connections.clone();
    let answer = web::block(move || Ok(work(&mut *connections.get()?)?));
    time::timeout(PATIENCE, answer)
        .await
        .map_err(|_| DatabaseError::Slow)??
}

/// The same code for whichever database there is: it is compiled for each of the three.
///
/// ```text
/// with_connections!(&database, connections => run(connections, |connection| ..).await)
/// ```
#[macro_export]
macro_rules! with_connections {
    ($database:expr, $connections:ident => $code:expr) => {
        match $database {
            $crate::Database::Sqlite($connections) => $code,
            $crate::Database::Postgres($connections) => $code,
            $crate::Database::Mysql($connections) => $code,
        }
    };
}
