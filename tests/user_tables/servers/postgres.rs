use std::net::SocketAddr;

use diesel::dsl::sql;
#[cfg(feature = "libpq")]
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::sql_types::{BigInt, Integer};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::{CREATE_SLOW_USERS, DatabaseServer};
use crate::user_tables::legacy;
use crate::user_tables::pools::{async_pools, untested_pools};

/// A PostgreSQL server with a schema for one test.
pub(in crate::user_tables) struct Postgres {
    schema: String,
    // Holds the advisory lock on the schema, and the lock on the table.
    holder: AsyncPgConnection,
    // Observes and ends the connections that are blocked.
    watcher: AsyncPgConnection,
    holder_id: i32,
}

impl Postgres {
    /// Runs `setup` in an empty schema.
    pub(in crate::user_tables) async fn with(schema: &str, setup: &str) -> Self {
        let (mut holder, watcher) = (connection().await, connection().await);
        // The first lock makes concurrent runs of the same test wait for each other. The second one
        // covers the extension, since creating it concurrently fails.
        let setup = format!(
            "SELECT pg_advisory_lock(hashtext('{schema}'));
             SELECT pg_advisory_lock(4242);
             CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;
             SELECT pg_advisory_unlock(4242);
             DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema};
             SET search_path TO {schema}, public;
             {setup}"
        );
        holder
            .batch_execute(&setup)
            .await
            .expect("the tables are created");
        let holder_id = diesel::select(sql::<Integer>("pg_backend_pid()"))
            .get_result(&mut holder)
            .await
            .expect("the process ID of the connection");
        Self {
            schema: schema.to_owned(),
            holder,
            watcher,
            holder_id,
        }
    }

    fn select_blocked(&self, columns: &str) -> String {
        let holder = self.holder_id;
        format!(
            "(SELECT {columns} FROM pg_stat_activity WHERE {holder} = ANY(pg_blocking_pids(pid)))"
        )
    }

    fn select_running(&self, columns: &str) -> String {
        let schema = &self.schema;
        format!(
            "(SELECT {columns} FROM pg_stat_activity WHERE application_name = '{schema}' AND state = 'active')"
        )
    }
}

impl DatabaseServer for Postgres {
    fn address() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 5432))
    }

    async fn with_legacy_table(name: &str) -> Self {
        Self::with(name, legacy::CREATE_TABLE).await
    }

    async fn with_slow_users(name: &str) -> Self {
        let view = "CREATE VIEW legacy_users AS SELECT id, username, CASE
            WHEN username = 'slow' THEN pg_sleep(10) IS NOT NULL
            WHEN username LIKE 'slow-%' THEN pg_sleep(5) IS NOT NULL
            WHEN username = 'stuck' THEN pg_sleep(120) IS NOT NULL
            ELSE is_active END AS is_active FROM stored_users;";
        Self::with(name, &format!("{CREATE_SLOW_USERS} {view}")).await
    }

    fn url(&self, address: SocketAddr) -> String {
        let schema = &self.schema;
        format!(
            "postgres://postgres@{address}/test?options=-c%20search_path%3D{schema}%2Cpublic&sslmode=disable&application_name={schema}"
        )
    }

    async fn lock(&mut self) {
        let lock = "BEGIN; LOCK TABLE legacy_users IN ACCESS EXCLUSIVE MODE";
        self.holder
            .batch_execute(lock)
            .await
            .expect("the table is locked");
    }

    async fn unlock(&mut self) {
        let unlocked = self.holder.batch_execute("COMMIT").await;
        unlocked.expect("the lock is released");
    }

    async fn blocked_statements(&mut self) -> i64 {
        let count = self.select_blocked("count(*)");
        let count = diesel::select(sql::<BigInt>(&count));
        count
            .get_result(&mut self.watcher)
            .await
            .expect("the blocked statements are counted")
    }

    async fn running_statements(&mut self) -> i64 {
        let count = self.select_running("count(*)");
        let count = diesel::select(sql::<BigInt>(&count));
        count
            .get_result(&mut self.watcher)
            .await
            .expect("the running statements are counted")
    }

    async fn kill_running_connections(&mut self) {
        let kill = self.select_running("count(pg_terminate_backend(pid))");
        let kill = format!("SELECT {kill}");
        self.watcher
            .batch_execute(&kill)
            .await
            .expect("the connections are terminated");
    }

    async fn kill_blocked_connection(&mut self) {
        let kill = self.select_blocked("count(pg_terminate_backend(pid))");
        let kill = format!("SELECT {kill}");
        self.watcher
            .batch_execute(&kill)
            .await
            .expect("the connection is terminated");
    }
}

async fn connection() -> AsyncPgConnection {
    let url = format!("postgres://postgres@{}/test", Postgres::address());
    AsyncPgConnection::establish(&url)
        .await
        .expect("the server accepts connections")
}

async_pools!(AsyncPgConnection);
untested_pools!(AsyncPgConnection);

#[cfg(feature = "libpq")]
pub(in crate::user_tables) async fn r2d2(
    url: &str,
    size: u32,
) -> Pool<ConnectionManager<diesel::PgConnection>> {
    let pool = Pool::builder().max_size(size);
    pool.build_unchecked(ConnectionManager::new(url))
}
