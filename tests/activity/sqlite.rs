use cognito_m2m::activity::{SqliteActivity, TableName};
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::suite::{Row, Table, least_and_greatest_stay, requests_become_rows};

/// A database file of the test's own.
pub(super) fn file(name: &str) -> String {
    let path = std::env::temp_dir().join(format!("cognito-m2m-{name}-{}.db", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path.to_str().expect("UTF-8").to_owned()
}

#[derive(QueryableByName)]
struct Read {
    #[diesel(sql_type = Text)]
    client_id: String,
    #[diesel(sql_type = Text)]
    first_seen_at: String,
    #[diesel(sql_type = Text)]
    last_seen_at: String,
}

pub(super) struct File(pub(super) String, pub(super) &'static str);

impl Table for File {
    async fn rows(&mut self) -> Vec<Row> {
        let mut connection = SqliteConnection::establish(&self.0).expect("a database");
        let query = diesel::sql_query(format!("SELECT * FROM {} ORDER BY client_id", self.1));
        let rows = query.load::<Read>(&mut connection).unwrap_or_default();
        rows.into_iter()
            .map(|row| (row.client_id, row.first_seen_at, row.last_seen_at))
            .collect()
    }
}

async fn migrated(path: &str) -> SqliteActivity {
    let mut store = SqliteActivity::new(path);
    store.migrate().await.expect("a migration");
    store.migrate().await.expect("the same at the next start");
    store
}

#[actix_web::test]
async fn requests_become_rows_in_sqlite() {
    let path = file("activity-rows");
    let store = migrated(&path).await;
    requests_become_rows(store, File(path, "service_client_activity")).await;
}

#[actix_web::test]
async fn least_and_greatest_stay_in_sqlite() {
    let path = file("activity-merge");
    let (one, other) = (migrated(&path).await, migrated(&path).await);
    least_and_greatest_stay(one, other, File(path, "service_client_activity")).await;
}

/// What Django's own migration makes, and an entry as Django writes it.
const DJANGO: &str = "
    CREATE TABLE \"django_cognito_m2m_serviceclientactivity\" (
        \"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, \"client_id\" varchar(255) NOT NULL UNIQUE,
        \"first_seen_at\" datetime NOT NULL, \"last_seen_at\" datetime NOT NULL);
    INSERT INTO \"django_cognito_m2m_serviceclientactivity\" (client_id, first_seen_at, last_seen_at)
        VALUES ('client-0001', '2026-01-01 00:00:00.000400', '2026-01-01 00:00:00');
";

#[actix_web::test]
async fn a_table_of_django_goes_on_in_sqlite() {
    use diesel::connection::SimpleConnection;
    let path = file("activity-django");
    let mut connection = SqliteConnection::establish(&path).expect("a database");
    connection.batch_execute(DJANGO).expect("Django's table");
    let name = "django_cognito_m2m_serviceclientactivity";
    let store = || SqliteActivity::new(&path).table(TableName::new(name).expect("a name"));
    least_and_greatest_stay(store(), store(), File(path.clone(), name)).await;
}
