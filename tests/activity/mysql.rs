use cognito_m2m::activity::{MysqlActivity, TableName};
use diesel_async::{AsyncConnection, AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection};

use super::suite::{
    authenticated_requests_become_rows, earliest_and_latest_times_are_kept,
    rows_change_only_by_the_precision, stored_activity_is_that_of_the_requested_clients,
    times_of_django_are_compared,
};
use super::table::{ActivityTable, DJANGO_TABLE, Number, Row, TABLE};

const SERVER: &str = "mysql://root@127.0.0.1:3306";

pub(super) struct MysqlTable {
    pub(super) connection: AsyncMysqlConnection,
    pub(super) name: &'static str,
}

impl ActivityTable for MysqlTable {
    async fn rows(&mut self) -> Vec<Row> {
        let query = diesel::sql_query(format!(
            "SELECT client_id, CAST(first_seen_at AS CHAR) AS first_seen_at, CAST(last_seen_at AS CHAR) AS last_seen_at FROM {} ORDER BY client_id",
            self.name
        ));
        let rows = query.load(&mut self.connection).await;
        rows.expect("the rows are read")
    }

    async fn count_updates(&mut self) {
        let name = self.name;
        let trigger = format!(
            "ALTER TABLE {name} ADD COLUMN updates bigint NOT NULL DEFAULT 0;
             CREATE TRIGGER count_updates BEFORE UPDATE ON {name} FOR EACH ROW
             SET NEW.updates = OLD.updates + IF(NEW.first_seen_at <=> OLD.first_seen_at
                 AND NEW.last_seen_at <=> OLD.last_seen_at, 0, 1)"
        );
        let created = self.connection.batch_execute(&trigger).await;
        created.expect("the trigger is created");
    }

    async fn updates(&mut self) -> i64 {
        let sum = format!(
            "SELECT CAST(sum(updates) AS SIGNED) AS number FROM {}",
            self.name
        );
        let sum = diesel::sql_query(sum).get_result::<Number>(&mut self.connection);
        sum.await.expect("the updates are counted").number
    }
}

/// Creates an empty database, and returns the URL for it with a connection to it. `name` must
/// differ between tests.
pub(crate) async fn new_database(name: &str) -> (String, AsyncMysqlConnection) {
    let mut connection = connect().await;
    // The advisory lock makes concurrent runs of the same test wait until this connection ends.
    let setup = format!(
        "DO GET_LOCK('{name}', 600);
         DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name}; USE {name};"
    );
    connection
        .batch_execute(&setup)
        .await
        .expect("the database is created");
    (format!("{SERVER}/{name}"), connection)
}

pub(super) async fn connect() -> AsyncMysqlConnection {
    AsyncMysqlConnection::establish(&format!("{SERVER}/test"))
        .await
        .expect("MariaDB accepts connections")
}

async fn migrated(url: &str) -> MysqlActivity {
    let mut store = MysqlActivity::new(url);
    store.migrate().await.expect("the migration runs");
    store.migrate().await.expect("the migration can run again");
    store
}

#[actix_web::test]
async fn authenticated_requests_become_rows_in_mysql() {
    let (url, connection) = new_database("m2m_activity_rows").await;
    let store = migrated(&url).await;
    let name = TABLE;
    authenticated_requests_become_rows(store, MysqlTable { connection, name }).await;
}

#[actix_web::test]
async fn earliest_and_latest_times_are_kept_in_mysql() {
    let (url, connection) = new_database("m2m_activity_merge").await;
    let (first, second) = (migrated(&url).await, migrated(&url).await);
    let name = TABLE;
    earliest_and_latest_times_are_kept(first, second, MysqlTable { connection, name }).await;
}

#[actix_web::test]
async fn rule_4_5_rows_change_only_by_the_precision_in_mysql() {
    let (url, connection) = new_database("m2m_activity_precision").await;
    let (first, second) = (migrated(&url).await, migrated(&url).await);
    let name = TABLE;
    rows_change_only_by_the_precision(first, second, MysqlTable { connection, name }).await;
}

#[actix_web::test]
async fn stored_activity_is_that_of_the_requested_clients_in_mysql() {
    let (url, _connection) = new_database("m2m_activity_stored").await;
    stored_activity_is_that_of_the_requested_clients(migrated(&url).await).await;
}

/// The table that Django's migration creates, with a row as Django writes it.
pub(super) const CREATE_DJANGO_TABLE: &str = "
    CREATE TABLE django_cognito_m2m_serviceclientactivity (
        id bigint AUTO_INCREMENT NOT NULL PRIMARY KEY,
        client_id varchar(255) NOT NULL UNIQUE,
        first_seen_at datetime(6) NOT NULL,
        last_seen_at datetime(6) NOT NULL);
    INSERT INTO django_cognito_m2m_serviceclientactivity (client_id, first_seen_at, last_seen_at)
        VALUES ('client-0001', '2026-01-01 00:00:00.000400', '2026-01-01 00:00:00');
";

#[actix_web::test]
async fn existing_django_table_can_be_used_in_mysql() {
    let (url, mut connection) = new_database("m2m_activity_django").await;
    connection
        .batch_execute(CREATE_DJANGO_TABLE)
        .await
        .expect("the table is created");
    let table = TableName::new(DJANGO_TABLE).expect("a valid table name");
    let store = || MysqlActivity::new(&url).table(table.clone());
    let name = DJANGO_TABLE;
    let rows = MysqlTable { connection, name };
    earliest_and_latest_times_are_kept(store(), store(), rows).await;
}

#[actix_web::test]
async fn times_of_django_are_compared_in_mysql() {
    let (url, mut connection) = new_database("m2m_activity_django_precision").await;
    connection
        .batch_execute(CREATE_DJANGO_TABLE)
        .await
        .expect("the table is created");
    let table = TableName::new(DJANGO_TABLE).expect("a valid table name");
    let store = MysqlActivity::new(&url).table(table);
    let name = DJANGO_TABLE;
    times_of_django_are_compared(store, MysqlTable { connection, name }).await;
}

/// The column ignores case and trailing spaces.
#[actix_web::test]
async fn stored_activity_is_that_of_the_requested_clients_in_a_mysql_column_without_case() {
    let (url, mut connection) = new_database("m2m_activity_stored_case").await;
    let create = "CREATE TABLE old (client_id varchar(255) CHARACTER SET latin1 COLLATE latin1_swedish_ci PRIMARY KEY,
        first_seen_at datetime(6), last_seen_at datetime(6))";
    let created = connection.batch_execute(create).await;
    created.expect("the table is created");
    let table = TableName::new("old").expect("a valid table name");
    stored_activity_is_that_of_the_requested_clients(MysqlActivity::new(&url).table(table)).await;
}
