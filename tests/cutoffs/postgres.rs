use std::net::SocketAddr;

use cognito_m2m::cutoff::{CutoffError, CutoffStore, PostgresCutoffs};
use cognito_m2m_tests::Proxy;
use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::suite::{
    NOON, cutoff, cutoffs_are_set_replaced_and_lifted, reasons_and_far_times_are_kept,
    silent_connection_is_replaced,
};
use super::tables::{CutoffDatabase, every_table};
use crate::activity::postgres::new_schema;

every_table!(Postgres);

/// A schema serves as the database of a test.
struct Postgres {
    name: &'static str,
    url: String,
    connection: AsyncPgConnection,
}

impl CutoffDatabase for Postgres {
    type Store = PostgresCutoffs;

    const TIMES: &'static [(&'static str, Option<u64>)] = &[
        ("'2026-11-26 12:00:00+00'", Some(NOON)),
        ("'2026-11-26 12:00:00.000001+00'", Some(NOON + 1)),
        ("'2026-11-26T17:30:00+05:30'", Some(NOON)),
        ("'infinity'", Some(253_402_300_799)),
        ("'294276-12-31'", Some(253_402_300_799)),
        ("'-infinity'", None),
        ("'4713-01-01 BC'", None),
        ("NULL", None),
        ("'1970-01-01 00:00:00+00'", Some(0)),
    ];
    const NOW: &'static str = "now()";
    const CREATE_LOOSE_TABLE: &'static str = "CREATE TABLE service_client_cutoff (
        client_id text, tokens_issued_before timestamptz, reason text, set_at timestamptz DEFAULT '-infinity')";
    const INSERT_10_001: &'static str =
        "INSERT INTO service_client_cutoff (client_id, tokens_issued_before)
         SELECT 'client-' || number, now() FROM generate_series(1, 10001) AS number";

    async fn new(name: &'static str) -> Self {
        let (url, connection) = new_schema(name).await;
        Self {
            name,
            url,
            connection,
        }
    }

    fn store(&self) -> PostgresCutoffs {
        PostgresCutoffs::new(&self.url)
    }

    async fn restricted_store(&mut self) -> PostgresCutoffs {
        let name = self.name;
        self.run_sql(&format!(
            "DO $$ BEGIN CREATE ROLE {name} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
             GRANT USAGE ON SCHEMA {name} TO {name};
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {name} TO {name};"
        ))
        .await;
        PostgresCutoffs::new(self.url.replace("postgres@", &format!("{name}@")))
    }

    async fn migrate(store: &PostgresCutoffs) -> Result<(), CutoffError> {
        store.migrate().await
    }

    async fn run_sql(&mut self, statements: &str) {
        let done = self.connection.batch_execute(statements).await;
        done.unwrap_or_else(|error| panic!("{statements}: {error}"));
    }
}

#[actix_web::test]
async fn custom_connections_read_and_write_cutoffs_in_postgres() {
    let database = Postgres::migrated("m2m_cutoff_custom").await;
    let store = || {
        database
            .store()
            .connect_with(|url| Box::pin(AsyncPgConnection::establish(url)))
    };
    cutoffs_are_set_replaced_and_lifted(store()).await;
    reasons_and_far_times_are_kept(store()).await;
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl Postgres {
    /// Returns a store whose sessions, and no others, have the name of the database.
    fn named_store(&self) -> PostgresCutoffs {
        PostgresCutoffs::new(format!("{}&application_name={}", self.url, self.name))
    }

    async fn sessions(&mut self) -> i64 {
        let count = format!(
            "SELECT count(*) AS number FROM pg_stat_activity WHERE application_name = '{}'",
            self.name
        );
        let count = diesel::sql_query(count).get_result::<Count>(&mut self.connection);
        count.await.expect("the sessions are counted").number
    }
}

/// Without a time-out of the server, the reads would wait until the table is unlocked.
#[actix_web::test]
async fn rule_4_6_reads_of_a_locked_table_fail_and_use_one_session_in_postgres() {
    let mut database = Postgres::migrated("m2m_cutoff_locked").await;
    let store = database.named_store();
    store.read().await.expect("the cut-offs are read");
    assert_eq!(database.sessions().await, 1);
    let mut administrator = crate::activity::postgres::connect().await;
    administrator
        .batch_execute("BEGIN; LOCK TABLE m2m_cutoff_locked.service_client_cutoff")
        .await
        .expect("the table is locked");
    for _ in 0..2 {
        let error = store.read().await.expect_err("the table is locked");
        assert!(matches!(error, CutoffError::Store(_)), "{error:?}");
        assert!(database.sessions().await <= 1);
    }
    store
        .set(cutoff("reporting", 0))
        .await
        .expect_err("the table is locked");
    administrator
        .batch_execute("COMMIT")
        .await
        .expect("the table is unlocked");
    store.read().await.expect("the cut-offs are read");
}

#[actix_web::test]
async fn killed_connection_is_replaced_in_postgres() {
    let mut database = Postgres::migrated("m2m_cutoff_killed").await;
    let store = database.named_store();
    for _ in 0..3 {
        store.read().await.expect("the cut-offs are read");
    }
    assert_eq!(database.sessions().await, 1);
    database
        .run_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE application_name = 'm2m_cutoff_killed'",
        )
        .await;
    store.read().await.expect_err("the connection is closed");
    store.read().await.expect("a new connection is opened");
}

/// The task that drives a connection ends with the runtime that opened it.
#[test]
fn store_outlives_the_runtime_of_its_connection() {
    let system = actix_web::rt::System::new();
    let database = system.block_on(Postgres::migrated("m2m_cutoff_runtimes"));
    let store = database.named_store();
    for _ in 0..2 {
        let runtime = actix_web::rt::Runtime::new().expect("a runtime");
        let read = runtime.block_on(store.read());
        read.expect("the cut-offs are read");
    }
}

#[actix_web::test]
async fn rule_4_6_silent_connection_is_replaced_in_postgres() {
    let database = Postgres::migrated("m2m_cutoff_silent").await;
    let proxy = Proxy::start(SocketAddr::from(([127, 0, 0, 1], 5432)));
    let address = proxy.address().to_string();
    let store = PostgresCutoffs::new(database.url.replace("127.0.0.1:5432", &address));
    silent_connection_is_replaced(store, &proxy).await;
}
