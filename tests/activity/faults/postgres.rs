use std::net::SocketAddr;
use std::time::Duration;

use cognito_m2m::activity::PostgresActivity;
use cognito_m2m_tests::{CapturedLog, Proxy};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::super::postgres::{SERVER, Server, database};
use super::outage::{Outage, PASSWORD, client_id};

const TABLE: &str = "service_client_activity";

/// A schema and a role of the test's own, reached through a proxy.
struct Place {
    name: &'static str,
    proxy: Proxy,
    table: Server,
    administrator: AsyncPgConnection,
}

impl Place {
    async fn new(name: &'static str) -> Self {
        let (_, connection) = database(name).await;
        let mut administrator = AsyncPgConnection::establish(SERVER)
            .await
            .expect("a server");
        let role = format!(
            "DO $$ BEGIN CREATE ROLE {name} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
             ALTER ROLE {name} PASSWORD '{PASSWORD}';
             ALTER ROLE {name} RESET ALL;
             GRANT ALL ON SCHEMA {name} TO {name};"
        );
        administrator.batch_execute(&role).await.expect("a role");
        Self {
            name,
            proxy: Proxy::start(SocketAddr::from(([127, 0, 0, 1], 5432))),
            table: Server(connection, TABLE),
            administrator,
        }
    }

    async fn migrated(name: &'static str) -> Self {
        let place = Self::new(name).await;
        place.store().migrate().await.expect("a migration");
        place
    }

    fn store(&self) -> PostgresActivity {
        let (name, address) = (self.name, self.proxy.address());
        PostgresActivity::new(format!(
            "postgres://{name}:{PASSWORD}@{address}/test?options=-c%20search_path%3D{name}"
        ))
    }

    async fn orders(&mut self, statements: &str) {
        let done = self.try_orders(statements).await;
        done.unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    async fn try_orders(&mut self, statements: &str) -> diesel::QueryResult<()> {
        self.administrator.batch_execute(statements).await
    }

    /// How many were killed.
    async fn kill_who_waits(&mut self) -> usize {
        self.who_waits("pg_terminate_backend(pid)").await
    }

    /// How many of the store's connections wait for a lock. The administrator can't ask: within a
    /// transaction the server's view of its connections stands still.
    async fn who_waits(&mut self, columns: &str) -> usize {
        let waiting = format!(
            "SELECT {columns} FROM pg_stat_activity
             WHERE usename = '{}' AND wait_event_type = 'Lock'",
            self.name
        );
        let waiting = diesel::sql_query(waiting).execute(&mut self.table.0);
        waiting.await.expect("an administrator may")
    }
}

#[actix_web::test]
async fn rule_4_1_a_refused_postgres_costs_no_request_and_gets_everything_later() {
    let Some(log) =
        CapturedLog::alone(rule_4_1_a_refused_postgres_costs_no_request_and_gets_everything_later)
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
async fn rule_4_1_a_slow_postgres_costs_no_request_and_gets_everything_later() {
    let Some(log) =
        CapturedLog::alone(rule_4_1_a_slow_postgres_costs_no_request_and_gets_everything_later)
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
async fn rule_4_1_a_locked_postgres_costs_no_request_and_gets_everything_later() {
    let Some(log) =
        CapturedLog::alone(rule_4_1_a_locked_postgres_costs_no_request_and_gets_everything_later)
    else {
        return;
    };
    let mut place = Place::migrated("m2m_activity_locked").await;
    let mut outage = Outage::over(log, place.store()).await;
    outage.begins_well(&mut place.table).await;
    let lock = format!(
        "BEGIN; LOCK TABLE {}.{TABLE} IN ACCESS EXCLUSIVE MODE",
        place.name
    );
    place.orders(&lock).await;
    outage.requests_go_on_while_it_fails().await;
    place.orders("COMMIT").await;
    outage.everything_arrives(&mut place.table).await;
}

#[actix_web::test]
async fn rule_4_1_a_read_only_postgres_costs_no_request_and_gets_everything_later() {
    let Some(log) = CapturedLog::alone(
        rule_4_1_a_read_only_postgres_costs_no_request_and_gets_everything_later,
    ) else {
        return;
    };
    let mut place = Place::migrated("m2m_activity_read_only").await;
    let name = place.name;
    let read_only = format!("ALTER ROLE {name} SET default_transaction_read_only = on");
    place.orders(&read_only).await;
    let mut outage = Outage::over(log.clone(), place.store()).await;
    outage.requests_go_on_while_it_fails().await;
    assert!(!log.lines_with("read-only transaction").is_empty());
    place.orders(&format!("ALTER ROLE {name} RESET ALL")).await;
    outage.everything_arrives(&mut place.table).await;
}

#[actix_web::test]
async fn rule_4_1_an_unmigrated_postgres_says_what_to_run_and_gets_everything_later() {
    let Some(log) = CapturedLog::alone(
        rule_4_1_an_unmigrated_postgres_says_what_to_run_and_gets_everything_later,
    ) else {
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
async fn rule_4_1_a_postgres_killed_in_mid_statement_loses_nothing() {
    let Some(log) = CapturedLog::alone(rule_4_1_a_postgres_killed_in_mid_statement_loses_nothing)
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
        let lock = format!("BEGIN; LOCK TABLE {name}.{TABLE}");
        place.orders(&lock).await;
        let before = outage.failures();
        while outage.failures() == before {
            outage.requests_go_on().await;
            killed += place.kill_who_waits().await;
        }
        place.orders("COMMIT").await;
        killed >= 3
    })
    .await;
    outage.everything_arrives(&mut place.table).await;
}

/// The server gives up who has waited for as long as this connection's `deadlock_timeout` when the
/// circle is closed. On a busy machine that may be the administrator: then once more.
#[actix_web::test]
async fn rule_4_1_a_deadlock_in_postgres_loses_nothing() {
    let Some(log) = CapturedLog::alone(rule_4_1_a_deadlock_in_postgres_loses_nothing) else {
        return;
    };
    let mut place = Place::migrated("m2m_activity_deadlock").await;
    let name = place.name;
    let patience =
        format!("ALTER ROLE {name} SET deadlock_timeout = '3s'; SET deadlock_timeout = '10s'");
    place.orders(&patience).await;
    let mut outage = Outage::over_in_large_batches(log.clone(), place.store()).await;
    outage.begins_well(&mut place.table).await;
    let lock = |number| {
        let client_id = client_id(number);
        format!("UPDATE {name}.{TABLE} SET client_id = client_id WHERE client_id = '{client_id}';")
    };
    super::at_most_ten_times(async || {
        place.orders(&format!("BEGIN; {}", lock(19))).await;
        while place.who_waits("pid").await == 0 {
            outage.requests_go_on().await;
        }
        let closed = place.try_orders(&lock(0)).await;
        let end = if closed.is_ok() { "COMMIT" } else { "ROLLBACK" };
        place.orders(end).await;
        !log.lines_with("deadlock detected").is_empty()
    })
    .await;
    outage.everything_arrives(&mut place.table).await;
}
