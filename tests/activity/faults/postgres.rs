use std::net::SocketAddr;

use cognito_m2m::activity::PostgresActivity;
use cognito_m2m_tests::{CapturedLog, Proxy};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::super::postgres::{SERVER, Server, database};
use super::outage::{Outage, PASSWORD, client_id};
use super::server::{Place, TABLE, every_fault};

every_fault!(Postgres);

/// A schema is the database.
struct Postgres {
    name: &'static str,
    proxy: Proxy,
    table: Server,
    administrator: AsyncPgConnection,
}

impl Postgres {
    async fn orders(&mut self, statements: &str) {
        let done = self.try_orders(statements).await;
        done.unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    async fn try_orders(&mut self, statements: &str) -> diesel::QueryResult<()> {
        self.administrator.batch_execute(statements).await
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

impl Place for Postgres {
    type Store = PostgresActivity;
    type Table = Server;

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

    async fn migrate(&self) {
        self.store().migrate().await.expect("a migration");
    }

    fn store(&self) -> PostgresActivity {
        let (name, address) = (self.name, self.proxy.address());
        PostgresActivity::new(format!(
            "postgres://{name}:{PASSWORD}@{address}/test?options=-c%20search_path%3D{name}"
        ))
    }

    fn proxy(&self) -> &Proxy {
        &self.proxy
    }

    fn table(&mut self) -> &mut Server {
        &mut self.table
    }

    async fn lock(&mut self) {
        let name = self.name;
        self.orders(&format!(
            "BEGIN; LOCK TABLE {name}.{TABLE} IN ACCESS EXCLUSIVE MODE"
        ))
        .await;
    }

    async fn unlock(&mut self) {
        self.orders("COMMIT").await;
    }

    async fn forbid_writing(&mut self) -> &'static str {
        let name = self.name;
        self.orders(&format!(
            "ALTER ROLE {name} SET default_transaction_read_only = on"
        ))
        .await;
        "read-only transaction"
    }

    async fn permit_writing(&mut self) {
        self.orders(&format!("ALTER ROLE {} RESET ALL", self.name))
            .await;
    }

    /// Its disk is that of the whole server, and not a test's to fill: a trigger says what the
    /// server would, with the same code.
    async fn fill(&mut self) -> &'static str {
        let name = self.name;
        self.orders(&format!(
            "CREATE FUNCTION {name}.full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 RAISE EXCEPTION 'could not extend file: No space left on device'
                     USING ERRCODE = 'disk_full';
             END $$;
             CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {name}.{TABLE}
                 EXECUTE FUNCTION {name}.full_disk();"
        ))
        .await;
        "No space left on device"
    }

    async fn make_room(&mut self) {
        let name = self.name;
        self.orders(&format!("DROP TRIGGER full_disk ON {name}.{TABLE}"))
            .await;
    }

    async fn kill_who_waits(&mut self) -> usize {
        self.who_waits("pg_terminate_backend(pid)").await
    }
}

/// The server gives up who has waited for as long as this connection's `deadlock_timeout` when the
/// circle is closed. On a busy machine that may be the administrator: then once more.
#[actix_web::test]
async fn rule_4_1_a_deadlock_loses_nothing() {
    let Some(log) = CapturedLog::alone(rule_4_1_a_deadlock_loses_nothing) else {
        return;
    };
    let mut place = Postgres::migrated("m2m_activity_deadlock").await;
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
