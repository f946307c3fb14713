use cognito_m2m::activity::{MysqlActivity, TableName};
use diesel_async::{AsyncConnection, AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection};

use super::suite::{authenticated_requests_become_rows, earliest_and_latest_times_are_kept};
use super::table::{ActivityTable, DJANGO_TABLE, Row, TABLE};

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
