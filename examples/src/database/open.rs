use std::{
    thread,
    time::{Duration, Instant},
};

use diesel::{
    ConnectionError, QueryResult, SqliteConnection,
    connection::SimpleConnection,
    migration::MigrationConnection,
    r2d2::{
        Builder, ConnectionManager, CustomizeConnection, Error, ManageConnection, Pool,
        R2D2Connection,
    },
    result::Error::DatabaseError,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

#[cfg(feature = "servers")]
use super::server;
use super::{Database, DatabaseUrl};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// The number of connections in a pool.
pub(super) const MAX_CONNECTIONS: u32 = 8;

/// The time that a request waits for a free connection.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(5);

/// The time that a program waits at start-up for other programs that open the same SQLite file.
const SQLITE_OPEN_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Opens a database and runs its pending migrations, blocking the thread.
pub(super) fn open(url: &DatabaseUrl) -> Result<Database, BoxError> {
    match url {
        DatabaseUrl::Sqlite(path) => {
            migrated_pool(path, sqlite_pool(path), migrate_sqlite).map(Database::Sqlite)
        }
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(url) => {
            migrated_pool(url, server::pool(), server::migrate_postgres).map(Database::Postgres)
        }
        #[cfg(feature = "mysql")]
        DatabaseUrl::Mysql(url) => {
            migrated_pool(url, server::pool(), server::migrate_mysql).map(Database::Mysql)
        }
    }
}

fn sqlite_pool(path: &str) -> Builder<ConnectionManager<SqliteConnection>> {
    let pool = Pool::builder()
        .connection_customizer(Box::new(BusyTimeout))
        // A connection to a local file does not go stale: no `SELECT 1` before each use.
        .test_on_check_out(false);
    if path.contains("vfs=memdb") {
        // A database in memory disappears with its last connection, so one is kept open.
        pool.max_size(1).idle_timeout(None).max_lifetime(None)
    } else {
        pool.max_size(MAX_CONNECTIONS)
    }
}

fn migrate_sqlite(connection: &mut SqliteConnection) -> Result<(), BoxError> {
    BusyTimeout.on_acquire(connection)?;
    enable_write_ahead_log(connection)?;
    connection
        .immediate_transaction(|connection| connection.run_pending_migrations(SQLITE).map(drop))
}

/// Lets readers continue while one connection writes. The setting is stored in the file.
///
/// SQLite ignores `busy_timeout` for this statement, which fails immediately while another program
/// executes it or reads. It is therefore retried.
fn enable_write_ahead_log(connection: &mut SqliteConnection) -> QueryResult<()> {
    let deadline = Instant::now() + SQLITE_OPEN_TIMEOUT;
    loop {
        match connection.batch_execute("PRAGMA journal_mode = WAL") {
            Err(DatabaseError(_, error))
                if error.message().contains("locked") && Instant::now() < deadline =>
            {
                thread::sleep(Duration::from_millis(10));
            }
            result => return result,
        }
    }
}

/// Runs the migrations, and then returns a pool of connections.
fn migrated_pool<C: R2D2Connection + MigrationConnection + 'static>(
    url: &str,
    pool: Builder<ConnectionManager<C>>,
    migrate: impl FnOnce(&mut C) -> Result<(), BoxError>,
) -> Result<Pool<ConnectionManager<C>>, BoxError> {
    let manager = ConnectionManager::new(url);
    // The pool would retry for seconds. A direct connection fails immediately.
    let mut connection = manager.connect().map_err(without_url)?;
    migrate(&mut connection)?;
    let pool = pool
        .min_idle(Some(1))
        .connection_timeout(CONNECTION_TIMEOUT)
        .build(manager)?;
    Ok(pool)
}

/// Hides an error that may repeat the URL with its password.
fn without_url(error: Error) -> BoxError {
    match error {
        Error::ConnectionError(ConnectionError::InvalidConnectionUrl(_)) => {
            "the URL is invalid".into()
        }
        other => other.into(),
    }
}

/// Lets a connection wait while another one writes. By default, SQLite fails immediately.
#[derive(Debug)]
struct BusyTimeout;

impl CustomizeConnection<SqliteConnection, Error> for BusyTimeout {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), Error> {
        connection
            .batch_execute("PRAGMA busy_timeout = 5000; PRAGMA synchronous = NORMAL")
            .map_err(Error::QueryError)
    }
}
