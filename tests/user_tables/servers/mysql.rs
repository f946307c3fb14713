use std::net::SocketAddr;

use diesel::ConnectionError;
use diesel::dsl::sql;
#[cfg(feature = "libmysql")]
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::sql_types::BigInt;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, bb8, deadpool};
use diesel_async::{AsyncConnection, AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection};

use super::Server;
use crate::user_tables::legacy;

/// A database of the test's own.
pub(in crate::user_tables) struct Mysql {
    database: String,
    // Holds the name of the database, and the lock on the table.
    holder: AsyncMysqlConnection,
    watcher: AsyncMysqlConnection,
}

impl Mysql {
    /// Runs `setup` in a database that is empty.
    pub(in crate::user_tables) async fn with(database: &str, setup: &str) -> Self {
        let (mut holder, watcher) = (connection().await, connection().await);
        // Whoever runs the tests at the same time waits for the end of this one.
        let setup = format!(
            "DO GET_LOCK('{database}', 600);
             DROP DATABASE IF EXISTS {database};
             CREATE DATABASE {database} CHARACTER SET utf8mb4;
             USE {database};
             {setup}"
        );
        holder.batch_execute(&setup).await.expect("tables");
        Self {
            database: database.to_owned(),
            holder,
            watcher,
        }
    }

    /// Interrupts the statement of the one who waits; the connection stays.
    pub(in crate::user_tables) async fn interrupt_waiting(&mut self) {
        self.kill("QUERY").await;
    }

    fn waiting_ones(&self, what: &str) -> String {
        let database = &self.database;
        format!(
            "(SELECT {what} FROM information_schema.processlist
              WHERE db = '{database}' AND state LIKE 'Waiting for table%')"
        )
    }

    async fn kill(&mut self, what: &str) {
        let id = self.waiting_ones("CAST(MIN(id) AS SIGNED)");
        let id: i64 = diesel::select(sql::<BigInt>(&id))
            .get_result(&mut self.watcher)
            .await
            .expect("somebody who waits");
        let kill = format!("KILL {what} {id}");
        self.watcher.batch_execute(&kill).await.expect("a kill");
    }
}

impl Server for Mysql {
    fn address() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 3306))
    }

    async fn with_legacy_table(name: &str) -> Self {
        Self::with(name, legacy::TABLE).await
    }

    fn url(&self, address: SocketAddr) -> String {
        // Over loopback `mysql_async` would change to the server's socket, past every proxy.
        format!(
            "mysql://root@{address}/{}?prefer_socket=false",
            self.database
        )
    }

    async fn lock(&mut self) {
        let lock = "LOCK TABLES legacy_users WRITE";
        self.holder.batch_execute(lock).await.expect("the lock");
    }

    async fn unlock(&mut self) {
        let unlocked = self.holder.batch_execute("UNLOCK TABLES").await;
        unlocked.expect("the lock is back");
    }

    async fn waiting(&mut self) -> i64 {
        let count = self.waiting_ones("COUNT(*)");
        let count = diesel::select(sql::<BigInt>(&count));
        count.get_result(&mut self.watcher).await.expect("a count")
    }

    async fn kill_waiting(&mut self) {
        self.kill("CONNECTION").await;
    }
}

async fn connection() -> AsyncMysqlConnection {
    let url = format!("mysql://root@{}/test", Mysql::address());
    let connection = AsyncMysqlConnection::establish(&url).await;
    connection.expect("a server")
}

pub(in crate::user_tables) async fn bb8(url: &str, size: u32) -> bb8::Pool<AsyncMysqlConnection> {
    let manager = AsyncDieselConnectionManager::new(url);
    let pool = bb8::Pool::builder().max_size(size).build(manager).await;
    pool.expect("a pool")
}

/// As `bb8`, with connections over which the server speaks German.
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
    pool.expect("a pool")
}

pub(in crate::user_tables) async fn deadpool(
    url: &str,
    size: usize,
) -> deadpool::Pool<AsyncMysqlConnection> {
    let manager = AsyncDieselConnectionManager::new(url);
    let pool = deadpool::Pool::builder(manager).max_size(size).build();
    pool.expect("a pool")
}

#[cfg(feature = "libmysql")]
pub(in crate::user_tables) async fn r2d2(
    url: &str,
    size: u32,
) -> Pool<ConnectionManager<diesel::MysqlConnection>> {
    let pool = Pool::builder().max_size(size);
    pool.build_unchecked(ConnectionManager::new(url))
}
