use std::net::SocketAddr;

use cognito_m2m::activity::PostgresActivity;
use cognito_m2m_tests::{CapturedLog, Proxy};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::super::postgres::{PostgresTable, connect, new_schema};
use super::super::table::TABLE;
use super::outage::{Outage, PASSWORD, client_id};
use super::server::{FaultyDatabase, every_fault, locked_for_long};

every_fault!(Postgres);

/// A schema serves as the database of a test.
struct Postgres {
    name: &'static str,
    proxy: Proxy,
    table: PostgresTable,
    administrator: AsyncPgConnection,
}

impl Postgres {
    async fn run_sql(&mut self, statements: &str) {
        let done = self.try_run_sql(statements).await;
        done.unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    async fn try_run_sql(&mut self, statements: &str) -> diesel::QueryResult<()> {
        self.administrator.batch_execute(statements).await
    }

    /// Selects the store's connections that wait for a lock, and returns their number. This uses the
    /// connection of the table, because `pg_stat_activity` does not change within the administrator's
    /// transaction.
    async fn select_blocked(&mut self, columns: &str) -> usize {
        let blocked = format!(
            "SELECT {columns} FROM pg_stat_activity
             WHERE usename = '{}' AND wait_event_type = 'Lock'",
            self.name
        );
        let blocked = diesel::sql_query(blocked).execute(&mut self.table.connection);
        blocked
            .await
            .expect("the administrator can see other connections")
    }
}

impl FaultyDatabase for Postgres {
    type Store = PostgresActivity;
    type Table = PostgresTable;

    async fn new(name: &'static str) -> Self {
        let (_, connection) = new_schema(name).await;
        let mut administrator = connect().await;
        let role = format!(
            "DO $$ BEGIN CREATE ROLE {name} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
             ALTER ROLE {name} PASSWORD '{PASSWORD}';
             ALTER ROLE {name} RESET ALL;
             ALTER ROLE {name} CONNECTION LIMIT -1;
             GRANT ALL ON SCHEMA {name} TO {name};"
        );
        administrator
            .batch_execute(&role)
            .await
            .expect("the role is created");
        Self {
            name,
            proxy: Proxy::start(SocketAddr::from(([127, 0, 0, 1], 5432))),
            table: PostgresTable {
                connection,
                name: TABLE,
            },
            administrator,
        }
    }

    async fn migrate(&self) {
        self.store().migrate().await.expect("the migration runs");
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

    fn table(&mut self) -> &mut PostgresTable {
        &mut self.table
    }

    async fn lock(&mut self) {
        let name = self.name;
        self.run_sql(&format!(
            "BEGIN; LOCK TABLE {name}.{TABLE} IN ACCESS EXCLUSIVE MODE"
        ))
        .await;
    }

    async fn unlock(&mut self) {
        self.run_sql("COMMIT").await;
    }

    async fn forbid_writing(&mut self) -> &'static str {
        let name = self.name;
        self.run_sql(&format!(
            "ALTER ROLE {name} SET default_transaction_read_only = on"
        ))
        .await;
        "read-only transaction"
    }

    async fn permit_writing(&mut self) {
        self.run_sql(&format!("ALTER ROLE {} RESET ALL", self.name))
            .await;
    }

    /// A test cannot fill the disk of the server, so a trigger raises the error of a full disk.
    async fn fill(&mut self) -> &'static str {
        let name = self.name;
        self.run_sql(&format!(
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
        self.run_sql(&format!("DROP TRIGGER full_disk ON {name}.{TABLE}"))
            .await;
    }

    async fn limit_connections(&mut self, connections: usize) {
        let name = self.name;
        self.run_sql(&format!("ALTER ROLE {name} CONNECTION LIMIT {connections}"))
            .await;
    }

    async fn sessions(&mut self) -> usize {
        let sessions = format!(
            "SELECT pid FROM pg_stat_activity WHERE usename = '{}'",
            self.name
        );
        let sessions = diesel::sql_query(sessions).execute(&mut self.table.connection);
        sessions
            .await
            .expect("the administrator can see other connections")
    }

    async fn connect_as_user(&self) -> Result<(), String> {
        let name = self.name;
        let url = format!("postgres://{name}:{PASSWORD}@127.0.0.1:5432/test");
        let connected = AsyncPgConnection::establish(&url).await;
        connected.map(drop).map_err(|error| error.to_string())
    }

    async fn kill_blocked_connections(&mut self) -> usize {
        self.select_blocked("pg_terminate_backend(pid)").await
    }
}

#[actix_web::test]
async fn rule_4_1_locked_table_holds_one_session_of_each_instance() {
    let database = Postgres::migrated("m2m_activity_sessions").await;
    locked_for_long(database, Postgres::store).await;
}

#[actix_web::test]
async fn rule_4_1_locked_table_holds_one_custom_session_of_each_instance() {
    let database = Postgres::migrated("m2m_activity_custom_sessions").await;
    let open = |database: &Postgres| {
        let store = database.store();
        store.connect_with(|url| Box::pin(AsyncPgConnection::establish(url)))
    };
    locked_for_long(database, open).await;
}

/// The server aborts the transaction whose `deadlock_timeout` ends first. The store's is shorter than its
/// `lock_timeout`, which would end the statement too. On a busy machine that can
/// be the administrator's despite the longer timeout, so the test tries again.
#[actix_web::test]
async fn rule_4_1_no_activity_is_lost_in_a_deadlock() {
    let Some(log) = CapturedLog::alone(rule_4_1_no_activity_is_lost_in_a_deadlock) else {
        return;
    };
    let mut database = Postgres::migrated("m2m_activity_deadlock").await;
    let name = database.name;
    let timeouts =
        format!("ALTER ROLE {name} SET deadlock_timeout = '2s'; SET deadlock_timeout = '10s'");
    database.run_sql(&timeouts).await;
    let mut outage = Outage::with_large_batches(log.clone(), database.store()).await;
    outage.write_successfully(&mut database.table).await;
    let lock = |number| {
        let client_id = client_id(number);
        format!("UPDATE {name}.{TABLE} SET client_id = client_id WHERE client_id = '{client_id}';")
    };
    super::retry_up_to_ten_times(async || {
        database.run_sql(&format!("BEGIN; {}", lock(19))).await;
        while database.select_blocked("pid").await == 0 {
            outage.send_requests().await;
        }
        let locked = database.try_run_sql(&lock(0)).await;
        let end = if locked.is_ok() { "COMMIT" } else { "ROLLBACK" };
        database.run_sql(end).await;
        !log.lines_with("deadlock detected").is_empty()
    })
    .await;
    outage
        .wait_until_everything_is_written(&mut database.table)
        .await;
}
