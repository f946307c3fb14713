use std::net::SocketAddr;

use cognito_m2m::activity::MysqlActivity;
use cognito_m2m_tests::{CapturedLog, Proxy};
use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncConnection, AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection};

use super::super::mysql::{SERVER, Server, database};
use super::outage::{Outage, PASSWORD, client_id};
use super::server::{Place, TABLE, every_fault};

every_fault!(Mysql);

struct Mysql {
    name: &'static str,
    proxy: Proxy,
    table: Server,
    administrator: AsyncMysqlConnection,
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

impl Mysql {
    async fn orders(&mut self, statements: &str) {
        let done = self.administrator.batch_execute(statements).await;
        done.unwrap_or_else(|error| panic!("{statements}: {error}"));
    }
}

impl Place for Mysql {
    type Store = MysqlActivity;
    type Table = Server;

    async fn new(name: &'static str) -> Self {
        let (_, connection) = database(name).await;
        let mut administrator = AsyncMysqlConnection::establish(SERVER)
            .await
            .expect("a server");
        let user = format!(
            "DROP USER IF EXISTS '{name}'@'%';
             CREATE USER '{name}'@'%' IDENTIFIED BY '{PASSWORD}';
             GRANT ALL ON {name}.* TO '{name}'@'%';"
        );
        administrator.batch_execute(&user).await.expect("a user");
        Self {
            name,
            proxy: Proxy::start(SocketAddr::from(([127, 0, 0, 1], 3306))),
            table: Server(connection, TABLE),
            administrator,
        }
    }

    async fn migrate(&self) {
        self.store().migrate().await.expect("a migration");
    }

    /// Its client would leave the proxy for the server's socket, if it were not told.
    fn store(&self) -> MysqlActivity {
        let (name, address) = (self.name, self.proxy.address());
        MysqlActivity::new(format!(
            "mysql://{name}:{PASSWORD}@{address}/{name}?prefer_socket=false"
        ))
    }

    fn proxy(&self) -> &Proxy {
        &self.proxy
    }

    fn table(&mut self) -> &mut Server {
        &mut self.table
    }

    async fn lock(&mut self) {
        self.orders(&format!("LOCK TABLES {}.{TABLE} WRITE", self.name))
            .await;
    }

    async fn unlock(&mut self) {
        self.orders("UNLOCK TABLES").await;
    }

    async fn forbid_writing(&mut self) -> &'static str {
        let name = self.name;
        self.orders(&format!(
            "REVOKE INSERT, UPDATE ON {name}.* FROM '{name}'@'%'"
        ))
        .await;
        "command denied"
    }

    async fn permit_writing(&mut self) {
        let name = self.name;
        self.orders(&format!("GRANT INSERT, UPDATE ON {name}.* TO '{name}'@'%'"))
            .await;
    }

    /// A table in memory is full when it has its size: the error is that of a disk.
    async fn fill(&mut self) -> &'static str {
        let name = self.name;
        self.orders(&format!(
            "SET max_heap_table_size = 16384;
             ALTER TABLE {name}.{TABLE} ENGINE = MEMORY;"
        ))
        .await;
        "is full"
    }

    async fn make_room(&mut self) {
        let name = self.name;
        self.orders(&format!("ALTER TABLE {name}.{TABLE} ENGINE = InnoDB"))
            .await;
    }

    async fn kill_who_waits(&mut self) -> usize {
        let waiting = format!(
            "SELECT ID AS id FROM information_schema.PROCESSLIST
             WHERE USER = '{}' AND STATE LIKE 'Waiting%'",
            self.name
        );
        let waiting = diesel::sql_query(waiting).load::<Waiting>(&mut self.administrator);
        let waiting = waiting.await.expect("an administrator may");
        let mut killed = 0;
        for Waiting { id } in &waiting {
            // It may have ended by itself.
            let kill = format!("KILL CONNECTION {id}");
            killed += usize::from(self.administrator.batch_execute(&kill).await.is_ok());
        }
        killed
    }
}

/// The server gives up who has changed less: the other one has filled a table.
#[actix_web::test]
async fn rule_4_1_a_deadlock_loses_nothing() {
    let Some(log) = CapturedLog::alone(rule_4_1_a_deadlock_loses_nothing) else {
        return;
    };
    let mut place = Mysql::migrated("m2m_activity_deadlock").await;
    let mut outage = Outage::over_in_large_batches(log.clone(), place.store()).await;
    outage.begins_well(&mut place.table).await;
    let name = place.name;
    place
        .orders(&format!("CREATE TABLE {name}.filler (number BIGINT)"))
        .await;
    let lock = |number| {
        let client_id = client_id(number);
        format!("SELECT 1 FROM {name}.{TABLE} WHERE client_id = '{client_id}' FOR UPDATE;")
    };
    let waiting = format!(
        "SELECT trx_mysql_thread_id AS id FROM information_schema.INNODB_TRX
         JOIN information_schema.PROCESSLIST ON ID = trx_mysql_thread_id
         WHERE trx_state = 'LOCK WAIT' AND USER = '{name}'"
    );
    super::at_most_ten_times(async || {
        let fill = format!("INSERT INTO {name}.filler SELECT seq FROM seq_1_to_2000;");
        place.orders(&format!("BEGIN; {fill} {}", lock(19))).await;
        loop {
            outage.requests_go_on().await;
            let found = diesel::sql_query(&waiting).load::<Waiting>(&mut place.table.0);
            if !found.await.expect("an administrator may").is_empty() {
                break;
            }
        }
        let closed = place.administrator.batch_execute(&lock(0)).await;
        let end = if closed.is_ok() { "COMMIT" } else { "ROLLBACK" };
        place.orders(end).await;
        !log.lines_with("Deadlock found").is_empty()
    })
    .await;
    outage.everything_arrives(&mut place.table).await;
}
