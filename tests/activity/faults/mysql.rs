use std::net::SocketAddr;
use std::time::Duration;

use cognito_m2m::activity::MysqlActivity;
use cognito_m2m_tests::{CapturedLog, Proxy};
use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncConnection, AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection};

use super::super::mysql::{SERVER, Server, database};
use super::outage::{Outage, PASSWORD, client_id};

const TABLE: &str = "service_client_activity";

/// A database and a user of the test's own, reached through a proxy.
struct Place {
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

impl Place {
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

    async fn migrated(name: &'static str) -> Self {
        let place = Self::new(name).await;
        place.store().migrate().await.expect("a migration");
        place
    }

    /// Its client would leave the proxy for the server's socket, if it were not told.
    fn store(&self) -> MysqlActivity {
        let (name, address) = (self.name, self.proxy.address());
        MysqlActivity::new(format!(
            "mysql://{name}:{PASSWORD}@{address}/{name}?prefer_socket=false"
        ))
    }

    async fn orders(&mut self, statements: &str) {
        let done = self.administrator.batch_execute(statements).await;
        done.unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    /// How many were killed.
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

#[actix_web::test]
async fn rule_4_1_a_refused_mysql_costs_no_request_and_gets_everything_later() {
    let Some(log) =
        CapturedLog::alone(rule_4_1_a_refused_mysql_costs_no_request_and_gets_everything_later)
    else {
        return;
    };
    let mut place = Place::migrated("m2m_activity_refused").await;
    place.proxy.refuse();
    let mut outage = Outage::over(log, place.store()).await;
    outage.requests_go_on_while_it_fails().await;
    place.proxy.pass();
    outage.everything_arrives(&mut place.table).await;
    // It was there, and goes away.
    place.proxy.refuse();
    outage.requests_go_on_while_it_fails().await;
    place.proxy.pass();
    outage.everything_arrives(&mut place.table).await;
}

#[actix_web::test]
async fn rule_4_1_a_slow_mysql_costs_no_request_and_gets_everything_later() {
    let Some(log) =
        CapturedLog::alone(rule_4_1_a_slow_mysql_costs_no_request_and_gets_everything_later)
    else {
        return;
    };
    let mut place = Place::migrated("m2m_activity_slow").await;
    let mut outage = Outage::over(log, place.store()).await;
    outage.begins_well(&mut place.table).await;
    place.proxy.delay(Duration::from_secs(5));
    outage.requests_go_on_while_it_fails().await;
    place.proxy.pass();
    outage.everything_arrives(&mut place.table).await;
}

#[actix_web::test]
async fn rule_4_1_a_locked_mysql_costs_no_request_and_gets_everything_later() {
    let Some(log) =
        CapturedLog::alone(rule_4_1_a_locked_mysql_costs_no_request_and_gets_everything_later)
    else {
        return;
    };
    let mut place = Place::migrated("m2m_activity_locked").await;
    let mut outage = Outage::over(log, place.store()).await;
    outage.begins_well(&mut place.table).await;
    let lock = format!("LOCK TABLES {}.{TABLE} WRITE", place.name);
    place.orders(&lock).await;
    outage.requests_go_on_while_it_fails().await;
    place.orders("UNLOCK TABLES").await;
    outage.everything_arrives(&mut place.table).await;
}

#[actix_web::test]
async fn rule_4_1_a_read_only_mysql_costs_no_request_and_gets_everything_later() {
    let Some(log) =
        CapturedLog::alone(rule_4_1_a_read_only_mysql_costs_no_request_and_gets_everything_later)
    else {
        return;
    };
    let mut place = Place::migrated("m2m_activity_read_only").await;
    let name = place.name;
    let read_only = format!("REVOKE INSERT, UPDATE ON {name}.* FROM '{name}'@'%'");
    place.orders(&read_only).await;
    let mut outage = Outage::over(log.clone(), place.store()).await;
    outage.requests_go_on_while_it_fails().await;
    assert!(!log.lines_with("command denied").is_empty());
    let writable = format!("GRANT INSERT, UPDATE ON {name}.* TO '{name}'@'%'");
    place.orders(&writable).await;
    outage.everything_arrives(&mut place.table).await;
}

#[actix_web::test]
async fn rule_4_1_an_unmigrated_mysql_says_what_to_run_and_gets_everything_later() {
    let Some(log) =
        CapturedLog::alone(rule_4_1_an_unmigrated_mysql_says_what_to_run_and_gets_everything_later)
    else {
        return;
    };
    let mut place = Place::new("m2m_activity_unmigrated").await;
    let mut outage = Outage::over(log.clone(), place.store()).await;
    outage.requests_go_on_while_it_fails().await;
    super::says_what_to_run(&log);
    place.store().migrate().await.expect("a migration");
    outage.everything_arrives(&mut place.table).await;
}

#[actix_web::test]
async fn rule_4_1_a_mysql_killed_in_mid_statement_loses_nothing() {
    let Some(log) = CapturedLog::alone(rule_4_1_a_mysql_killed_in_mid_statement_loses_nothing)
    else {
        return;
    };
    let mut place = Place::migrated("m2m_activity_killed").await;
    let mut outage = Outage::over(log, place.store()).await;
    outage.begins_well(&mut place.table).await;
    place.proxy.cut_after(&client_id(0));
    let proxy = place.proxy.clone();
    outage
        .requests_go_on_until("three connections are cut", |_| proxy.cuts() >= 3)
        .await;
    place.proxy.pass();
    outage.everything_arrives(&mut place.table).await;
    // By the server, while the statement waits for a lock.
    let name = place.name;
    let mut killed = 0;
    super::at_most_ten_times(async || {
        let lock = format!("LOCK TABLES {name}.{TABLE} WRITE");
        place.orders(&lock).await;
        let before = outage.failures();
        while outage.failures() == before {
            outage.requests_go_on().await;
            killed += place.kill_who_waits().await;
        }
        place.orders("UNLOCK TABLES").await;
        killed >= 3
    })
    .await;
    outage.everything_arrives(&mut place.table).await;
}

/// The server gives up who has changed less: the other one has filled a table.
#[actix_web::test]
async fn rule_4_1_a_deadlock_in_mysql_loses_nothing() {
    let Some(log) = CapturedLog::alone(rule_4_1_a_deadlock_in_mysql_loses_nothing) else {
        return;
    };
    let mut place = Place::migrated("m2m_activity_deadlock").await;
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

/// A table in memory is full when it has its size: the error is that of a disk.
#[actix_web::test]
async fn rule_4_1_a_full_mysql_costs_no_request_and_gets_everything_later() {
    let Some(log) =
        CapturedLog::alone(rule_4_1_a_full_mysql_costs_no_request_and_gets_everything_later)
    else {
        return;
    };
    let mut place = Place::migrated("m2m_activity_full").await;
    let table = format!("{}.{TABLE}", place.name);
    let full = format!(
        "SET max_heap_table_size = 16384;
         ALTER TABLE {table} ENGINE = MEMORY;"
    );
    place.orders(&full).await;
    let mut outage = Outage::over(log.clone(), place.store()).await;
    outage.requests_go_on_while_it_fails().await;
    assert!(!log.lines_with("is full").is_empty());
    let room = format!("ALTER TABLE {table} ENGINE = InnoDB");
    place.orders(&room).await;
    outage.everything_arrives(&mut place.table).await;
}
