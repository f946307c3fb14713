use cognito_m2m::activity::{MysqlActivity, TableName};
use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection};

use super::suite::{Row, Table, least_and_greatest_stay, requests_become_rows};

pub(super) const SERVER: &str = "mysql://root@127.0.0.1:3306/test";

#[derive(QueryableByName)]
struct Read {
    #[diesel(sql_type = Text)]
    client_id: String,
    #[diesel(sql_type = Text)]
    first_seen_at: String,
    #[diesel(sql_type = Text)]
    last_seen_at: String,
}

pub(super) struct Server(pub(super) AsyncMysqlConnection, pub(super) &'static str);

impl Table for Server {
    async fn rows(&mut self) -> Vec<Row> {
        let query = diesel::sql_query(format!(
            "SELECT client_id, CAST(first_seen_at AS CHAR) AS first_seen_at, CAST(last_seen_at AS CHAR) AS last_seen_at FROM {} ORDER BY client_id",
            self.1
        ));
        let rows = query.load::<Read>(&mut self.0).await.expect("rows");
        rows.into_iter()
            .map(|row| (row.client_id, row.first_seen_at, row.last_seen_at))
            .collect()
    }
}

/// A database of the test's own: how to reach it, and a connection to it.
pub(super) async fn database(name: &str) -> (String, AsyncMysqlConnection) {
    let mut connection = AsyncMysqlConnection::establish(SERVER)
        .await
        .expect("a server");
    // Whoever tests there as well waits until this connection ends.
    let setup = format!(
        "DO GET_LOCK('{name}', 600);
         DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name}; USE {name};"
    );
    connection
        .batch_execute(&setup)
        .await
        .expect("a place of its own");
    (format!("mysql://root@127.0.0.1:3306/{name}"), connection)
}

async fn migrated(url: &str) -> MysqlActivity {
    let mut store = MysqlActivity::new(url);
    store.migrate().await.expect("a migration");
    store.migrate().await.expect("the same at the next start");
    store
}

#[actix_web::test]
async fn requests_become_rows_in_mysql() {
    let (url, connection) = database("m2m_activity_rows").await;
    let store = migrated(&url).await;
    requests_become_rows(store, Server(connection, "service_client_activity")).await;
}

#[actix_web::test]
async fn least_and_greatest_stay_in_mysql() {
    let (url, connection) = database("m2m_activity_merge").await;
    let (one, other) = (migrated(&url).await, migrated(&url).await);
    least_and_greatest_stay(one, other, Server(connection, "service_client_activity")).await;
}

/// What Django's own migration makes, and an entry as Django writes it.
const DJANGO: &str = "
    CREATE TABLE django_cognito_m2m_serviceclientactivity (
        id bigint AUTO_INCREMENT NOT NULL PRIMARY KEY,
        client_id varchar(255) NOT NULL UNIQUE,
        first_seen_at datetime(6) NOT NULL,
        last_seen_at datetime(6) NOT NULL);
    INSERT INTO django_cognito_m2m_serviceclientactivity (client_id, first_seen_at, last_seen_at)
        VALUES ('client-0001', '2026-01-01 00:00:00.000400', '2026-01-01 00:00:00');
";

#[actix_web::test]
async fn a_table_of_django_goes_on_in_mysql() {
    let (url, mut connection) = database("m2m_activity_django").await;
    connection
        .batch_execute(DJANGO)
        .await
        .expect("Django's table");
    let name = "django_cognito_m2m_serviceclientactivity";
    let store = || MysqlActivity::new(&url).table(TableName::new(name).expect("a name"));
    least_and_greatest_stay(store(), store(), Server(connection, name)).await;
}
