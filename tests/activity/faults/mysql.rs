use std::net::SocketAddr;

use cognito_m2m::activity::MysqlActivity;
use cognito_m2m_tests::{CapturedLog, Proxy};
use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncConnection, AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection};

use super::super::mysql::{MysqlTable, connect, new_database};
use super::super::table::TABLE;
use super::outage::{Outage, PASSWORD, client_id};
use super::server::{FaultyDatabase, every_fault, locked_for_long};

every_fault!(Mysql);

struct Mysql {
    name: &'static str,
    proxy: Proxy,
    table: MysqlTable,
    administrator: AsyncMysqlConnection,
}

#[derive(QueryableByName)]
struct BlockedConnection {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

impl Mysql {
    async fn run_sql(&mut self, statements: &str) {
        let done = self.administrator.batch_execute(statements).await;
        done.unwrap_or_else(|error| panic!("{statements}: {error}"));
    }
}

impl FaultyDatabase for Mysql {
    type Store = MysqlActivity;
    type Table = MysqlTable;

    async fn new(name: &'static str) -> Self {
        let (_, connection) = new_database(name).await;
        let mut administrator = connect().await;
        let user = format!(
            "DROP USER IF EXISTS '{name}'@'%';
             CREATE USER '{name}'@'%' IDENTIFIED BY '{PASSWORD}';
             GRANT ALL ON {name}.* TO '{name}'@'%';"
        );
        administrator
            .batch_execute(&user)
            .await
            .expect("the user is created");
        Self {
            name,
            proxy: Proxy::start(SocketAddr::from(([127, 0, 0, 1], 3306))),
            table: MysqlTable {
                connection,
                name: TABLE,
            },
            administrator,
        }
    }

    async fn migrate(&self) {
        self.store().migrate().await.expect("the migration runs");
    }

    /// Without `prefer_socket=false`, `mysql_async` switches to the server's Unix socket, which
    /// bypasses the proxy.
    fn store(&self) -> MysqlActivity {
        let (name, address) = (self.name, self.proxy.address());
        MysqlActivity::new(format!(
            "mysql://{name}:{PASSWORD}@{address}/{name}?prefer_socket=false"
        ))
    }

    fn proxy(&self) -> &Proxy {
        &self.proxy
    }

    fn table(&mut self) -> &mut MysqlTable {
        &mut self.table
    }

    async fn lock(&mut self) {
        self.run_sql(&format!("LOCK TABLES {}.{TABLE} WRITE", self.name))
            .await;
    }

    async fn unlock(&mut self) {
        self.run_sql("UNLOCK TABLES").await;
    }

    async fn forbid_writing(&mut self) -> &'static str {
        let name = self.name;
        self.run_sql(&format!(
            "REVOKE INSERT, UPDATE ON {name}.* FROM '{name}'@'%'"
        ))
        .await;
        "command denied"
    }

    async fn permit_writing(&mut self) {
        let name = self.name;
        self.run_sql(&format!("GRANT INSERT, UPDATE ON {name}.* TO '{name}'@'%'"))
            .await;
    }

    /// An in-memory table fails at its maximum size with the same error as a full disk.
    async fn fill(&mut self) -> &'static str {
        let name = self.name;
        self.run_sql(&format!(
            "SET max_heap_table_size = 16384;
             ALTER TABLE {name}.{TABLE} ENGINE = MEMORY;"
        ))
        .await;
        "is full"
    }

    async fn make_room(&mut self) {
        let name = self.name;
        self.run_sql(&format!("ALTER TABLE {name}.{TABLE} ENGINE = InnoDB"))
            .await;
    }

    async fn limit_connections(&mut self, connections: usize) {
        let name = self.name;
        self.run_sql(&format!(
            "ALTER USER '{name}'@'%' WITH MAX_USER_CONNECTIONS {connections}"
        ))
        .await;
    }

    async fn sessions(&mut self) -> usize {
        let sessions = format!(
            "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = '{}'",
            self.name
        );
        let sessions =
            diesel::sql_query(sessions).load::<BlockedConnection>(&mut self.administrator);
        let sessions = sessions.await;
        sessions
            .expect("the administrator can see other connections")
            .len()
    }

    async fn connect_as_user(&self) -> Result<(), String> {
        let name = self.name;
        let url = format!("mysql://{name}:{PASSWORD}@127.0.0.1:3306/{name}?prefer_socket=false");
        let connected = AsyncMysqlConnection::establish(&url).await;
        connected.map(drop).map_err(|error| error.to_string())
    }

    async fn kill_blocked_connections(&mut self) -> usize {
        let blocked = format!(
            "SELECT ID AS id FROM information_schema.PROCESSLIST
             WHERE USER = '{}' AND STATE LIKE 'Waiting%'",
            self.name
        );
        let blocked = diesel::sql_query(blocked).load::<BlockedConnection>(&mut self.administrator);
        let blocked = blocked
            .await
            .expect("the administrator can see other connections");
        let mut killed = 0;
        for BlockedConnection { id } in &blocked {
            // The connection may have ended in the meantime.
            let kill = format!("KILL CONNECTION {id}");
            killed += usize::from(self.administrator.batch_execute(&kill).await.is_ok());
        }
        killed
    }
}

#[actix_web::test]
async fn rule_4_1_locked_table_holds_one_session_of_each_instance() {
    let database = Mysql::migrated("m2m_activity_sessions").await;
    locked_for_long(database, Mysql::store).await;
}

/// The server aborts the transaction that has changed fewer rows. That is the store's, because the
/// administrator's transaction has filled a table.
#[actix_web::test]
async fn rule_4_1_no_activity_is_lost_in_a_deadlock() {
    let Some(log) = CapturedLog::alone(rule_4_1_no_activity_is_lost_in_a_deadlock) else {
        return;
    };
    let mut database = Mysql::migrated("m2m_activity_deadlock").await;
    let mut outage = Outage::with_large_batches(log.clone(), database.store()).await;
    outage.write_successfully(&mut database.table).await;
    let name = database.name;
    database
        .run_sql(&format!("CREATE TABLE {name}.filler (number BIGINT)"))
        .await;
    let lock = |number| {
        let client_id = client_id(number);
        format!("SELECT 1 FROM {name}.{TABLE} WHERE client_id = '{client_id}' FOR UPDATE;")
    };
    let blocked = format!(
        "SELECT trx_mysql_thread_id AS id FROM information_schema.INNODB_TRX
         JOIN information_schema.PROCESSLIST ON ID = trx_mysql_thread_id
         WHERE trx_state = 'LOCK WAIT' AND USER = '{name}'"
    );
    super::retry_up_to_ten_times(async || {
        let fill = format!("INSERT INTO {name}.filler SELECT seq FROM seq_1_to_2000;");
        database
            .run_sql(&format!("BEGIN; {fill} {}", lock(19)))
            .await;
        loop {
            outage.send_requests().await;
            let found = diesel::sql_query(&blocked)
                .load::<BlockedConnection>(&mut database.table.connection);
            if !found
                .await
                .expect("the administrator can see other connections")
                .is_empty()
            {
                break;
            }
        }
        let locked = database.administrator.batch_execute(&lock(0)).await;
        let end = if locked.is_ok() { "COMMIT" } else { "ROLLBACK" };
        database.run_sql(end).await;
        !log.lines_with("Deadlock found").is_empty()
    })
    .await;
    outage
        .wait_until_everything_is_written(&mut database.table)
        .await;
}
