//! Connections to PostgreSQL and MySQL.

use std::sync::LazyLock;

use diesel::{
    connection::SimpleConnection,
    r2d2::{Builder, ConnectionManager, Pool, R2D2Connection},
};
use diesel_async::async_connection_wrapper::{AsyncConnectionWrapper, BlockOn};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use tokio::runtime::{self, Runtime};

use super::open::{BoxError, MAX_CONNECTIONS};

/// A `diesel-async` connection to a server, which needs no C library, behind the sync interface.
pub type ServerConnection<C> = AsyncConnectionWrapper<C, SharedRuntime>;

/// The runtime that drives all connections to servers.
///
/// A connection depends on the runtime that opened it. The runtime of an Actix worker ends with the
/// worker. This one lives as long as the program.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("database")
        .enable_all()
        .build()
        .expect("the operating system can start a thread")
});

/// Runs connections on a runtime that outlives every worker.
#[derive(Debug)]
pub struct SharedRuntime;

impl BlockOn for SharedRuntime {
    fn block_on<F: Future>(&self, future: F) -> F::Output {
        RUNTIME.block_on(future)
    }

    fn get_runtime() -> Self {
        Self
    }
}

pub(super) fn pool<C>() -> Builder<ConnectionManager<ServerConnection<C>>>
where
    ServerConnection<C>: R2D2Connection + 'static,
{
    Pool::builder().max_size(MAX_CONNECTIONS)
}

// Programs that start at the same time on one database run its migrations one after the other. The
// locks below are released when the connection closes.

#[cfg(feature = "postgres")]
pub(super) fn migrate_postgres(
    connection: &mut ServerConnection<diesel_async::AsyncPgConnection>,
) -> Result<(), BoxError> {
    const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");
    connection.batch_execute("SELECT pg_advisory_lock(20260105)")?;
    connection.run_pending_migrations(MIGRATIONS).map(drop)
}

#[cfg(feature = "mysql")]
pub(super) fn migrate_mysql(
    connection: &mut ServerConnection<diesel_async::AsyncMysqlConnection>,
) -> Result<(), BoxError> {
    const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/mysql");
    connection.batch_execute("DO GET_LOCK(CONCAT(DATABASE(), '.migrations'), 60)")?;
    connection.run_pending_migrations(MIGRATIONS).map(drop)
}
