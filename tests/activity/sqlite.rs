use cognito_m2m::activity::{SqliteActivity, TableName};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::suite::{
    authenticated_requests_become_rows, earliest_and_latest_times_are_kept,
    rows_change_only_by_the_precision, stored_activity_is_that_of_the_requested_clients,
    times_of_django_are_compared,
};
use super::table::{ActivityTable, DJANGO_TABLE, Number, Row, TABLE};
use crate::sqlite_file::sqlite_path;

pub(super) struct SqliteTable {
    path: String,
    name: &'static str,
}

impl SqliteTable {
    pub(super) fn new(path: &str, name: &'static str) -> Self {
        Self {
            path: path.to_owned(),
            name,
        }
    }
}

impl ActivityTable for SqliteTable {
    async fn rows(&mut self) -> Vec<Row> {
        let mut connection = SqliteConnection::establish(&self.path).expect("the database opens");
        let query = diesel::sql_query(format!("SELECT * FROM {} ORDER BY client_id", self.name));
        // The database may be locked. The caller tries again.
        query.load(&mut connection).unwrap_or_default()
    }

    async fn count_updates(&mut self) {
        let mut connection = SqliteConnection::establish(&self.path).expect("the database opens");
        let name = self.name;
        let trigger = format!(
            "ALTER TABLE {name} ADD COLUMN updates bigint NOT NULL DEFAULT 0;
             CREATE TRIGGER count_updates AFTER UPDATE OF last_seen_at ON {name} BEGIN
                 UPDATE {name} SET updates = updates + 1 WHERE client_id = NEW.client_id;
             END"
        );
        let created = connection.batch_execute(&trigger);
        created.expect("the trigger is created");
    }

    async fn updates(&mut self) -> i64 {
        let mut connection = SqliteConnection::establish(&self.path).expect("the database opens");
        let sum = format!("SELECT sum(updates) AS number FROM {}", self.name);
        let sum = diesel::sql_query(sum).get_result::<Number>(&mut connection);
        sum.expect("the updates are counted").number
    }
}

async fn migrated(path: &str) -> SqliteActivity {
    let mut store = SqliteActivity::new(path);
    store.migrate().await.expect("the migration runs");
    store.migrate().await.expect("the migration can run again");
    store
}

#[actix_web::test]
async fn authenticated_requests_become_rows_in_sqlite() {
    let path = sqlite_path("activity-rows");
    let store = migrated(&path).await;
    authenticated_requests_become_rows(store, SqliteTable::new(&path, TABLE)).await;
}

#[actix_web::test]
async fn earliest_and_latest_times_are_kept_in_sqlite() {
    let path = sqlite_path("activity-merge");
    let (first, second) = (migrated(&path).await, migrated(&path).await);
    earliest_and_latest_times_are_kept(first, second, SqliteTable::new(&path, TABLE)).await;
}

#[actix_web::test]
async fn rule_4_5_rows_change_only_by_the_precision_in_sqlite() {
    let path = sqlite_path("activity-precision");
    let (first, second) = (migrated(&path).await, migrated(&path).await);
    rows_change_only_by_the_precision(first, second, SqliteTable::new(&path, TABLE)).await;
}

#[actix_web::test]
async fn stored_activity_is_that_of_the_requested_clients_in_sqlite() {
    let store = migrated(&sqlite_path("activity-stored")).await;
    stored_activity_is_that_of_the_requested_clients(store).await;
}

/// The table that Django's migration creates, with a row as Django writes it.
pub(super) const CREATE_DJANGO_TABLE: &str = "
    CREATE TABLE \"django_cognito_m2m_serviceclientactivity\" (
        \"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, \"client_id\" varchar(255) NOT NULL UNIQUE,
        \"first_seen_at\" datetime NOT NULL, \"last_seen_at\" datetime NOT NULL);
    INSERT INTO \"django_cognito_m2m_serviceclientactivity\" (client_id, first_seen_at, last_seen_at)
        VALUES ('client-0001', '2026-01-01 00:00:00.000400', '2026-01-01 00:00:00');
";

#[actix_web::test]
async fn existing_django_table_can_be_used_in_sqlite() {
    let path = sqlite_path("activity-django");
    let mut connection = SqliteConnection::establish(&path).expect("the database opens");
    connection
        .batch_execute(CREATE_DJANGO_TABLE)
        .expect("the table is created");
    let table = TableName::new(DJANGO_TABLE).expect("a valid table name");
    let store = || SqliteActivity::new(&path).table(table.clone());
    let rows = SqliteTable::new(&path, DJANGO_TABLE);
    earliest_and_latest_times_are_kept(store(), store(), rows).await;
}

/// The column ignores case, and its index too.
#[actix_web::test]
async fn stored_activity_is_that_of_the_requested_clients_in_a_sqlite_column_without_case() {
    let path = sqlite_path("activity-stored-nocase");
    let mut connection = SqliteConnection::establish(&path).expect("the database opens");
    connection
        .batch_execute(
            "CREATE TABLE old (client_id text COLLATE NOCASE PRIMARY KEY, first_seen_at text, last_seen_at text)",
        )
        .expect("the table is created");
    let table = TableName::new("old").expect("a valid table name");
    let store = SqliteActivity::new(&path).table(table);
    stored_activity_is_that_of_the_requested_clients(store).await;
}

#[actix_web::test]
async fn times_of_django_are_compared_in_sqlite() {
    let path = sqlite_path("activity-django-precision");
    let mut connection = SqliteConnection::establish(&path).expect("the database opens");
    connection
        .batch_execute(CREATE_DJANGO_TABLE)
        .expect("the table is created");
    let table = TableName::new(DJANGO_TABLE).expect("a valid table name");
    let store = SqliteActivity::new(&path).table(table);
    times_of_django_are_compared(store, SqliteTable::new(&path, DJANGO_TABLE)).await;
}
