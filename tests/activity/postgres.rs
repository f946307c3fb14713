use cognito_m2m::activity::{PostgresActivity, TableName};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::suite::{
    authenticated_requests_become_rows, earliest_and_latest_times_are_kept,
    rows_change_only_by_the_precision, stored_activity_is_that_of_the_requested_clients,
    times_of_django_are_compared,
};
use super::table::{ActivityTable, DJANGO_TABLE, Number, Row, TABLE};

pub(super) const SERVER: &str = "postgres://postgres@127.0.0.1:5432/test";

pub(super) struct PostgresTable {
    pub(super) connection: AsyncPgConnection,
    pub(super) name: &'static str,
}

impl ActivityTable for PostgresTable {
    async fn rows(&mut self) -> Vec<Row> {
        let query = diesel::sql_query(format!(
            "SELECT client_id::text, to_char(first_seen_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS first_seen_at, to_char(last_seen_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS last_seen_at FROM {} ORDER BY client_id",
            self.name
        ));
        let rows = query.load(&mut self.connection).await;
        rows.expect("the rows are read")
    }

    async fn count_updates(&mut self) {
        let name = self.name;
        let trigger = format!(
            "ALTER TABLE {name} ADD COLUMN updates bigint NOT NULL DEFAULT 0;
             CREATE FUNCTION count_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 NEW.updates := OLD.updates + 1; RETURN NEW;
             END $$;
             CREATE TRIGGER count_updates BEFORE UPDATE ON {name}
                 FOR EACH ROW EXECUTE FUNCTION count_update();"
        );
        let created = self.connection.batch_execute(&trigger).await;
        created.expect("the trigger is created");
    }

    async fn updates(&mut self) -> i64 {
        let sum = format!("SELECT sum(updates)::bigint AS number FROM {}", self.name);
        let sum = diesel::sql_query(sum).get_result::<Number>(&mut self.connection);
        sum.await.expect("the updates are counted").number
    }
}

/// Creates an empty schema, and returns the URL for it with a connection to it. `name` must differ
/// between tests.
pub(crate) async fn new_schema(name: &str) -> (String, AsyncPgConnection) {
    let mut connection = connect().await;
    // The advisory lock makes concurrent runs of the same test wait until this connection ends.
    let setup = format!(
        "SELECT pg_advisory_lock(hashtext('{name}'));
         DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}; SET search_path TO {name};"
    );
    connection
        .batch_execute(&setup)
        .await
        .expect("the schema is created");
    (
        format!("{SERVER}?options=-c%20search_path%3D{name}"),
        connection,
    )
}

pub(crate) async fn connect() -> AsyncPgConnection {
    AsyncPgConnection::establish(SERVER)
        .await
        .expect("PostgreSQL accepts connections")
}

async fn migrated(url: &str) -> PostgresActivity {
    let mut store = PostgresActivity::new(url);
    store.migrate().await.expect("the migration runs");
    store.migrate().await.expect("the migration can run again");
    store
}

#[actix_web::test]
async fn authenticated_requests_become_rows_in_postgres() {
    let (url, connection) = new_schema("m2m_activity_rows").await;
    let store = migrated(&url).await;
    let name = TABLE;
    authenticated_requests_become_rows(store, PostgresTable { connection, name }).await;
}

#[actix_web::test]
async fn earliest_and_latest_times_are_kept_in_postgres() {
    let (url, connection) = new_schema("m2m_activity_merge").await;
    let (first, second) = (migrated(&url).await, migrated(&url).await);
    let name = TABLE;
    earliest_and_latest_times_are_kept(first, second, PostgresTable { connection, name }).await;
}

#[actix_web::test]
async fn rule_4_5_rows_change_only_by_the_precision_in_postgres() {
    let (url, connection) = new_schema("m2m_activity_precision").await;
    let (first, second) = (migrated(&url).await, migrated(&url).await);
    let name = TABLE;
    rows_change_only_by_the_precision(first, second, PostgresTable { connection, name }).await;
}

#[actix_web::test]
async fn stored_activity_is_that_of_the_requested_clients_in_postgres() {
    let (url, _connection) = new_schema("m2m_activity_stored").await;
    stored_activity_is_that_of_the_requested_clients(migrated(&url).await).await;
}

/// Returns a store whose connections are those of `diesel-async`.
async fn migrated_with_custom_connections(url: &str) -> PostgresActivity {
    migrated(url)
        .await
        .connect_with(|url| Box::pin(AsyncPgConnection::establish(url)))
}

#[actix_web::test]
async fn earliest_and_latest_times_are_kept_over_custom_connections() {
    let (url, connection) = new_schema("m2m_activity_custom").await;
    let first = migrated_with_custom_connections(&url).await;
    let second = migrated_with_custom_connections(&url).await;
    let name = TABLE;
    earliest_and_latest_times_are_kept(first, second, PostgresTable { connection, name }).await;
}

#[actix_web::test]
async fn rule_4_5_rows_change_only_by_the_precision_over_custom_connections() {
    let (url, connection) = new_schema("m2m_activity_custom_precision").await;
    let first = migrated_with_custom_connections(&url).await;
    let second = migrated_with_custom_connections(&url).await;
    let name = TABLE;
    rows_change_only_by_the_precision(first, second, PostgresTable { connection, name }).await;
}

#[actix_web::test]
async fn stored_activity_is_that_of_the_requested_clients_over_custom_connections() {
    let (url, _connection) = new_schema("m2m_activity_custom_stored").await;
    let store = migrated_with_custom_connections(&url).await;
    stored_activity_is_that_of_the_requested_clients(store).await;
}

/// The table that Django's migration creates, with a row as Django writes it.
pub(super) const CREATE_DJANGO_TABLE: &str = "
    CREATE TABLE django_cognito_m2m_serviceclientactivity (
        id bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
        client_id varchar(255) NOT NULL UNIQUE,
        first_seen_at timestamp with time zone NOT NULL,
        last_seen_at timestamp with time zone NOT NULL);
    INSERT INTO django_cognito_m2m_serviceclientactivity (client_id, first_seen_at, last_seen_at)
        VALUES ($$client-0001$$, $$2026-01-01 00:00:00.000400+00$$, $$2026-01-01 00:00:00+00$$);
";

#[actix_web::test]
async fn existing_django_table_can_be_used_in_postgres() {
    let (url, mut connection) = new_schema("m2m_activity_django").await;
    connection
        .batch_execute(CREATE_DJANGO_TABLE)
        .await
        .expect("the table is created");
    let table = TableName::new(DJANGO_TABLE).expect("a valid table name");
    let store = || PostgresActivity::new(&url).table(table.clone());
    let name = DJANGO_TABLE;
    let rows = PostgresTable { connection, name };
    earliest_and_latest_times_are_kept(store(), store(), rows).await;
}

#[actix_web::test]
async fn times_of_django_are_compared_in_postgres() {
    let (url, mut connection) = new_schema("m2m_activity_django_precision").await;
    connection
        .batch_execute(CREATE_DJANGO_TABLE)
        .await
        .expect("the table is created");
    let table = TableName::new(DJANGO_TABLE).expect("a valid table name");
    let store = PostgresActivity::new(&url).table(table);
    let name = DJANGO_TABLE;
    times_of_django_are_compared(store, PostgresTable { connection, name }).await;
}
