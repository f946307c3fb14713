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
use diesel_async::{AsyncMysqlConnection, AsyncPgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Database, DatabaseUrl, ServerConnection};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const MYSQL: EmbeddedMigrations = embed_migrations!("migrations/mysql");

/// One program at a time migrates, where several start on the same database. The locks end with
/// the connection.
const LOCK_POSTGRES: &str = "SELECT pg_advisory_lock(20260105)";
const LOCK_MYSQL: &str = "DO GET_LOCK(CONCAT(DATABASE(), '.migrations'), 60)";

/// How many connections a database gets.
const CONNECTIONS: u32 = 8;

/// How long a request waits for a connection before it is told to come again.
const WAIT_FOR_A_CONNECTION: Duration = Duration::from_secs(5);

/// How long a program that starts waits for others that start on the same file.
const WAIT_FOR_A_FILE: Duration = Duration::from_secs(30);

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Opens a database and brings its tables up to date. Blocks.
pub(super) fn open(url: &DatabaseUrl) -> Result<Database, Fault> {
    match url {
        DatabaseUrl::Sqlite(path) => {
            migrated(path, sqlite_pool(path), migrate_sqlite).map(Database::Sqlite)
        }
        DatabaseUrl::Postgres(url) => {
            migrated(url, server_pool(), migrate_postgres).map(Database::Postgres)
        }
        DatabaseUrl::Mysql(url) => migrated(url, server_pool(), migrate_mysql).map(Database::Mysql),
    }
}

fn sqlite_pool(path: &str) -> Builder<ConnectionManager<SqliteConnection>> {
    let pool = Pool::builder()
        .connection_customizer(Box::new(Patience))
        // A connection to a file in reach does not go stale: no `SELECT 1` before each use.
        .test_on_check_out(false);
    if path.contains("vfs=memdb") {
        // A database in memory ends with its last connection: one of them never ends.
        pool.max_size(1).idle_timeout(None).max_lifetime(None)
    } else {
        pool.max_size(CONNECTIONS)
    }
}

fn server_pool<C>() -> Builder<ConnectionManager<ServerConnection<C>>>
where
    ServerConnection<C>: R2D2Connection + 'static,
{
    Pool::builder().max_size(CONNECTIONS)
}

fn migrate_sqlite(connection: &mut SqliteConnection) -> Result<(), Fault> {
    Patience.on_acquire(connection)?;
    keep_a_write_ahead_log(connection)?;
    connection
        .immediate_transaction(|connection| connection.run_pending_migrations(SQLITE).map(drop))
}

/// Readers go on while one writes. The file remembers it.
///
/// SQLite's own waiting does not count for this change: while another program makes it, or reads,
/// it fails at once.
fn keep_a_write_ahead_log(connection: &mut SqliteConnection) -> QueryResult<()> {
    let until = Instant::now() + WAIT_FOR_A_FILE;
    loop {
        match connection.batch_execute("PRAGMA journal_mode = WAL") {
            Err(DatabaseError(_, why))
                if why.message().contains("locked") && Instant::now() < until =>
            {
                thread::sleep(Duration::from_millis(10));
            }
            done => return done,
        }
    }
}

fn migrate_postgres(connection: &mut ServerConnection<AsyncPgConnection>) -> Result<(), Fault> {
    connection.batch_execute(LOCK_POSTGRES)?;
    connection.run_pending_migrations(POSTGRES).map(drop)
}

fn migrate_mysql(connection: &mut ServerConnection<AsyncMysqlConnection>) -> Result<(), Fault> {
    connection.batch_execute(LOCK_MYSQL)?;
    connection.run_pending_migrations(MYSQL).map(drop)
}

/// A pool over a database that `migrate` has been at.
fn migrated<C: R2D2Connection + MigrationConnection + 'static>(
    url: &str,
    pool: Builder<ConnectionManager<C>>,
    migrate: impl FnOnce(&mut C) -> Result<(), Fault>,
) -> Result<Pool<ConnectionManager<C>>, Fault> {
    let manager = ConnectionManager::new(url);
    // The pool would try for seconds to open what can't be opened; this fails at once.
    let mut connection = manager.connect().map_err(without_url)?;
    migrate(&mut connection)?;
    let pool = pool
        .min_idle(Some(1))
        .connection_timeout(WAIT_FOR_A_CONNECTION)
        .build(manager)?;
    Ok(pool)
}

/// An error may repeat the URL where that is wrong, password and all.
fn without_url(error: Error) -> Fault {
    match error {
        Error::ConnectionError(ConnectionError::InvalidConnectionUrl(_)) => {
            "the URL is not valid".into()
        }
        other => other.into(),
    }
}

/// Lets a connection wait while another one writes, where SQLite would fail at once.
#[derive(Debug)]
struct Patience;

impl CustomizeConnection<SqliteConnection, Error> for Patience {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), Error> {
        connection
            .batch_execute("PRAGMA busy_timeout = 5000; PRAGMA synchronous = NORMAL")
            .map_err(Error::QueryError)
    }
}
