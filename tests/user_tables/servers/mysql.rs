use std::net::SocketAddr;

use diesel::ConnectionError;
use diesel::dsl::sql;
#[cfg(feature = "libmysql")]
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::sql_types::{BigInt, Nullable};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, bb8};
use diesel_async::{AsyncConnection, AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection};

use super::{CREATE_SLOW_USERS, DatabaseServer};
use crate::user_tables::legacy;
use crate::user_tables::pools::{async_pools, untested_pools};

/// A MariaDB server with a database for one test.
pub(in crate::user_tables) struct Mysql {
    database: String,
    // Holds the advisory lock on the database name, and the lock on the table.
    holder: AsyncMysqlConnection,
    // Observes and ends the connections that are blocked.
    watcher: AsyncMysqlConnection,
}

impl Mysql {
    /// Runs `setup` in an empty database.
    pub(in crate::user_tables) async fn with(database: &str, setup: &str) -> Self {
        let (mut holder, watcher) = (connection().await, connection().await);
        // The advisory lock makes concurrent runs of the same test wait for each other.
        let setup = format!(
            "DO GET_LOCK('{database}', 600);
             DROP DATABASE IF EXISTS {database};
             CREATE DATABASE {database} CHARACTER SET utf8mb4;
             USE {database};
             {setup}"
        );
        holder
            .batch_execute(&setup)
            .await
            .expect("the tables are created");
        Self {
            database: database.to_owned(),
            holder,
            watcher,
        }
    }

    /// Interrupts the blocked statement, and leaves its connection open.
    pub(in crate::user_tables) async fn interrupt_blocked_statement(&mut self) {
        self.kill("QUERY").await;
    }

    fn select_blocked(&self, columns: &str) -> String {
        let database = &self.database;
        format!(
            "(SELECT {columns} FROM information_schema.processlist
              WHERE db = '{database}' AND state LIKE 'Waiting for table%')"
        )
    }

    fn select_running(&self, columns: &str) -> String {
        let database = &self.database;
        format!(
            "(SELECT {columns} FROM information_schema.processlist
              WHERE db = '{database}' AND command NOT IN ('Sleep', 'Killed'))"
        )
    }

    async fn kill(&mut self, target: &str) {
        let id = self.select_blocked("CAST(MIN(id) AS SIGNED)");
        let id: i64 = diesel::select(sql::<BigInt>(&id))
            .get_result(&mut self.watcher)
            .await
            .expect("a blocked statement");
        let kill = format!("KILL {target} {id}");
        self.watcher
            .batch_execute(&kill)
            .await
            .expect("`KILL` succeeds");
    }
}

impl DatabaseServer for Mysql {
    fn address() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 3306))
    }

    async fn with_legacy_table(name: &str) -> Self {
        Self::with(name, legacy::CREATE_TABLE).await
    }

    async fn with_slow_users(name: &str) -> Self {
        let view = "CREATE ALGORITHM = MERGE VIEW legacy_users AS SELECT id, username, CASE
            WHEN username = 'slow' THEN SLEEP(10) = 0
            WHEN username LIKE 'slow-%' THEN SLEEP(5) = 0
            WHEN username = 'stuck' THEN SLEEP(120) = 0
            ELSE is_active END AS is_active FROM stored_users;";
        Self::with(name, &format!("{CREATE_SLOW_USERS} {view}")).await
    }

    fn url(&self, address: SocketAddr) -> String {
        // By default `mysql_async` switches to the server's Unix socket, which bypasses the proxy.
        format!(
            "mysql://root@{address}/{}?prefer_socket=false",
            self.database
        )
    }

    async fn lock(&mut self) {
        let lock = "LOCK TABLES legacy_users WRITE";
        self.holder
            .batch_execute(lock)
            .await
            .expect("the table is locked");
    }

    async fn unlock(&mut self) {
        let unlocked = self.holder.batch_execute("UNLOCK TABLES").await;
        unlocked.expect("the lock is released");
    }

    async fn blocked_statements(&mut self) -> i64 {
        let count = self.select_blocked("COUNT(*)");
        let count = diesel::select(sql::<BigInt>(&count));
        count
            .get_result(&mut self.watcher)
            .await
            .expect("the blocked statements are counted")
    }

    async fn running_statements(&mut self) -> i64 {
        let count = self.select_running("COUNT(*)");
        let count = diesel::select(sql::<BigInt>(&count));
        count
            .get_result(&mut self.watcher)
            .await
            .expect("the running statements are counted")
    }

    async fn kill_running_connections(&mut self) {
        while self.running_statements().await > 0 {
            let id = self.select_running("CAST(MIN(id) AS SIGNED)");
            let id: Option<i64> = diesel::select(sql::<Nullable<BigInt>>(&id))
                .get_result(&mut self.watcher)
                .await
                .expect("a running statement");
            if let Some(id) = id {
                // Fails if the connection has ended meanwhile.
                let _ = self.watcher.batch_execute(&format!("KILL {id}")).await;
            }
        }
    }

    async fn kill_blocked_connection(&mut self) {
        self.kill("CONNECTION").await;
    }
}

async fn connection() -> AsyncMysqlConnection {
    let url = format!("mysql://root@{}/test", Mysql::address());
    let connection = AsyncMysqlConnection::establish(&url).await;
    connection.expect("the server accepts connections")
}

async_pools!(AsyncMysqlConnection);
untested_pools!(AsyncMysqlConnection);

/// Like `bb8`, with connections over which the server sends German messages.
pub(in crate::user_tables) async fn german(
    url: &str,
    size: u32,
) -> bb8::Pool<AsyncMysqlConnection> {
    let mut config = ManagerConfig::default();
    config.custom_setup = Box::new(|url| {
        Box::pin(async move {
            let mut connection = AsyncMysqlConnection::establish(url).await?;
            let german = connection.batch_execute("SET lc_messages = 'de_DE'").await;
            german.map_err(ConnectionError::CouldntSetupConfiguration)?;
            Ok(connection)
        })
    });
    let manager = AsyncDieselConnectionManager::new_with_config(url, config);
    let pool = bb8::Pool::builder().max_size(size).build(manager).await;
    pool.expect("the pool is created")
}

#[cfg(feature = "libmysql")]
pub(in crate::user_tables) async fn r2d2(
    url: &str,
    size: u32,
) -> Pool<ConnectionManager<diesel::MysqlConnection>> {
    let pool = Pool::builder().max_size(size);
    pool.build_unchecked(ConnectionManager::new(url))
}
