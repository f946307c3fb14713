use cognito_m2m::activity::{ActivityError, SqliteActivity, TableName};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::super::sqlite;
use super::{ExistingDatabase, Line, User, every_existing_table};
use crate::sqlite_file::sqlite_path;

every_existing_table!(Sqlite);

/// The restricted user opens the file read-only.
struct Sqlite {
    path: String,
}

impl Sqlite {
    fn connection(&self) -> SqliteConnection {
        SqliteConnection::establish(&self.path).expect("the database opens")
    }
}

impl ExistingDatabase for Sqlite {
    type Store = SqliteActivity;
    type Reading = SqliteConnection;

    const CREATE_DJANGO_TABLE: &'static str = sqlite::CREATE_DJANGO_TABLE;

    const CREATE_INDEXED_TABLE: &'static str = "
        CREATE TABLE Old (Client_ID char(255) NOT NULL, first_seen_at datetime NOT NULL, last_seen_at datetime NOT NULL);
        CREATE UNIQUE INDEX by_client ON old (client_id);
        CREATE INDEX by_time ON old (last_seen_at);";

    const CREATE_TABLE_OF_EARLIER_VERSION: &'static str = include_str!(
        "../../../migrations/sqlite/2000-01-01-000000_create_service_client_activity/up.sql"
    );

    const INCOMPLETE_TABLES: &'static [(&'static str, &'static [&'static str])] = &[
        (
            "CREATE TABLE old (client_id text PRIMARY KEY, first_seen_at datetime NOT NULL)",
            &["`old` lacks the column `last_seen_at timestamp NOT NULL`:"],
        ),
        (
            "CREATE TABLE old (id integer PRIMARY KEY, last_seen_at datetime)",
            &[
                "`client_id varchar(255) NOT NULL` and",
                "`first_seen_at",
                "CREATE UNIQUE INDEX",
            ],
        ),
        (
            "CREATE TABLE old (client_id text, first_seen_at datetime, last_seen_at datetime)",
            &["`CREATE UNIQUE INDEX \"old_client_id\" ON \"old\" (client_id)`"],
        ),
        (
            "CREATE TABLE old (client_id text, first_seen_at datetime, last_seen_at datetime);
             CREATE INDEX one ON old (client_id);
             CREATE UNIQUE INDEX two ON old (client_id, first_seen_at);
             CREATE UNIQUE INDEX three ON old (lower(client_id));
             CREATE UNIQUE INDEX four ON old (client_id) WHERE client_id <> '';",
            &["a unique constraint on `client_id` alone"],
        ),
    ];

    async fn new(name: &'static str) -> Self {
        let database = Self {
            path: sqlite_path(name),
        };
        // An empty file cannot be opened read-only.
        let created = database
            .connection()
            .batch_execute("PRAGMA user_version = 1");
        created.expect("the file is written");
        database
    }

    fn store(&self, user: User) -> SqliteActivity {
        let mode = match user {
            User::Administrator => "rw",
            User::Restricted => "ro",
        };
        SqliteActivity::new(format!("file:{}?mode={mode}", self.path))
    }

    fn with_table(store: SqliteActivity, table: TableName) -> SqliteActivity {
        store.table(table)
    }

    async fn migrate(store: &mut SqliteActivity) -> Result<(), ActivityError> {
        store.migrate().await
    }

    async fn run_sql(&mut self, statements: &str) {
        let done = self.connection().batch_execute(statements);
        done.unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    async fn read_in_transaction(&self) -> SqliteConnection {
        let mut connection = self.connection();
        let begun = connection.batch_execute("BEGIN IMMEDIATE");
        begun.expect("the transaction starts");
        connection
    }

    async fn schema(&mut self) -> Vec<String> {
        let lines = diesel::sql_query(
            "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS line FROM sqlite_master ORDER BY 1",
        );
        let lines = lines.load::<Line>(&mut self.connection());
        let lines = lines.expect("the catalog is read");
        lines.into_iter().map(|line| line.line).collect()
    }
}
