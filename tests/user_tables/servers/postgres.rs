use std::net::SocketAddr;

use diesel::dsl::sql;
#[cfg(feature = "libpq")]
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::sql_types::{BigInt, Integer};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, bb8, deadpool};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::Server;
use crate::user_tables::legacy;

/// A schema of the test's own.
pub(in crate::user_tables) struct Postgres {
    schema: String,
    // Holds the schema, and the lock on the table.
    holder: AsyncPgConnection,
    watcher: AsyncPgConnection,
    holder_id: i32,
}

impl Postgres {
    /// Runs `setup` in a schema that is empty.
    pub(in crate::user_tables) async fn with(schema: &str, setup: &str) -> Self {
        let (mut holder, watcher) = (connection().await, connection().await);
        // Whoever runs the tests at the same time waits for the end of this one; and an extension
        // is created once.
        let setup = format!(
            "SELECT pg_advisory_lock(hashtext('{schema}'));
             SELECT pg_advisory_lock(4242);
             CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;
             SELECT pg_advisory_unlock(4242);
             DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema};
             SET search_path TO {schema}, public;
             {setup}"
        );
        holder.batch_execute(&setup).await.expect("tables");
        let holder_id = diesel::select(sql::<Integer>("pg_backend_pid()"))
            .get_result(&mut holder)
            .await
            .expect("an id");
        Self {
            schema: schema.to_owned(),
            holder,
            watcher,
            holder_id,
        }
    }

    fn waiting_ones(&self, what: &str) -> String {
        let holder = self.holder_id;
        format!("(SELECT {what} FROM pg_stat_activity WHERE {holder} = ANY(pg_blocking_pids(pid)))")
    }
}

impl Server for Postgres {
    fn address() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 5432))
    }

    async fn with_legacy_table(name: &str) -> Self {
        Self::with(name, legacy::TABLE).await
    }

    fn url(&self, address: SocketAddr) -> String {
        let schema = &self.schema;
        format!(
            "postgres://postgres@{address}/test?options=-c%20search_path%3D{schema}%2Cpublic&sslmode=disable"
        )
    }

    async fn lock(&mut self) {
        let lock = "BEGIN; LOCK TABLE legacy_users IN ACCESS EXCLUSIVE MODE";
        self.holder.batch_execute(lock).await.expect("the lock");
    }

    async fn unlock(&mut self) {
        let unlocked = self.holder.batch_execute("COMMIT").await;
        unlocked.expect("the lock is back");
    }

    async fn waiting(&mut self) -> i64 {
        let count = self.waiting_ones("count(*)");
        let count = diesel::select(sql::<BigInt>(&count));
        count.get_result(&mut self.watcher).await.expect("a count")
    }

    async fn kill_waiting(&mut self) {
        let kill = self.waiting_ones("count(pg_terminate_backend(pid))");
        let kill = format!("SELECT {kill}");
        self.watcher.batch_execute(&kill).await.expect("a kill");
    }
}

async fn connection() -> AsyncPgConnection {
    let url = format!("postgres://postgres@{}/test", Postgres::address());
    AsyncPgConnection::establish(&url).await.expect("a server")
}

pub(in crate::user_tables) async fn bb8(url: &str, size: u32) -> bb8::Pool<AsyncPgConnection> {
    let manager = AsyncDieselConnectionManager::new(url);
    let pool = bb8::Pool::builder().max_size(size).build(manager).await;
    pool.expect("a pool")
}

pub(in crate::user_tables) async fn deadpool(
    url: &str,
    size: usize,
) -> deadpool::Pool<AsyncPgConnection> {
    let manager = AsyncDieselConnectionManager::new(url);
    let pool = deadpool::Pool::builder(manager).max_size(size).build();
    pool.expect("a pool")
}

#[cfg(feature = "libpq")]
pub(in crate::user_tables) async fn r2d2(
    url: &str,
    size: u32,
) -> Pool<ConnectionManager<diesel::PgConnection>> {
    let pool = Pool::builder().max_size(size);
    pool.build_unchecked(ConnectionManager::new(url))
}
