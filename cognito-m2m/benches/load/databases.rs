use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use crate::requests::client;
use crate::scenarios::{Database, Scenario, ServerKind};
use crate::users;

const SERVER: &str = "postgres://postgres@127.0.0.1:5432/test";

const SCHEMA: &str = "cognito_m2m_load";

/// The number of users and of active clients.
const CLIENTS: usize = 1_000;

/// The time in which the activity of all clients has to be in the table. A guard writes it within 20
/// seconds.
const ACTIVITY_TIMEOUT: Duration = Duration::from_secs(30);

/// Databases with the table of users.
pub(crate) struct Databases {
    folder: Folder,
    postgres: Option<AsyncPgConnection>,
}

impl Databases {
    pub(crate) async fn create() -> Self {
        let mut databases = Self {
            folder: Folder::create(),
            postgres: None,
        };
        let statements = users::create_table((0..CLIENTS).map(client));
        let created = databases.sqlite("users").batch_execute(&statements);
        created.expect("the table of users is created in SQLite");
        databases.postgres = schema().await;
        databases
    }

    /// Returns whether the database of a scenario can be used.
    pub(crate) fn has(&self, scenario: &Scenario) -> bool {
        scenario.database() != Some(Database::Postgres) || self.postgres.is_some()
    }

    /// Returns the path or URL of the database of a scenario, or nothing if it needs none.
    pub(crate) fn address(&self, scenario: &Scenario) -> String {
        match scenario.kind {
            ServerKind::Activity(Database::Sqlite) => self.sqlite_path("activity"),
            ServerKind::User(Database::Sqlite, _) => self.sqlite_path("users"),
            _ if scenario.database().is_some() => {
                format!("{SERVER}?options=-c%20search_path%3D{SCHEMA}")
            }
            _ => String::new(),
        }
    }

    /// Waits until the server of the scenario has written the activity of all clients, if it is one that
    /// should. Returns a message if that takes too long.
    pub(crate) async fn check_activity(&mut self, scenario: &Scenario) -> Result<(), String> {
        let ServerKind::Activity(database) = scenario.kind else {
            return Ok(());
        };
        let start = Instant::now();
        loop {
            let found = match self.active_clients(database).await {
                Ok(CLIENTS) => return Ok(()),
                Ok(number) => format!("{number} clients"),
                Err(error) => error.to_string(),
            };
            if start.elapsed() > ACTIVITY_TIMEOUT {
                let name = scenario.name;
                return Err(format!(
                    "{name}: expected activity of {CLIENTS} clients, found {found}"
                ));
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn active_clients(&mut self, database: Database) -> QueryResult<usize> {
        let count = diesel::sql_query("SELECT count(*) AS number FROM service_client_activity");
        let rows: Number = match (database, &mut self.postgres) {
            (Database::Postgres, Some(connection)) => {
                RunQueryDsl::get_result(count, connection).await
            }
            _ => diesel::RunQueryDsl::get_result(count, &mut self.sqlite("activity")),
        }?;
        Ok(usize::try_from(rows.number).expect("a count is not negative"))
    }

    /// Removes the databases. The servers must have ended.
    pub(crate) async fn remove(self) {
        drop(self.folder);
        if let Some(mut connection) = self.postgres {
            let removed = connection.batch_execute(&drop_schema()).await;
            removed.expect("the schema is dropped");
        }
    }

    fn sqlite_path(&self, name: &str) -> String {
        let path = self.folder.0.join(format!("{name}.db"));
        path.to_string_lossy().into_owned()
    }

    fn sqlite(&self, name: &str) -> SqliteConnection {
        SqliteConnection::establish(&self.sqlite_path(name)).expect("the database opens")
    }
}

/// A temporary folder, which is removed when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn create() -> Self {
        let name = format!("cognito-m2m-load-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).expect("the folder is created");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("failed to remove {}: {error}", self.0.display());
        }
    }
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

/// Creates the schema with its table of users. Returns `None` if no server accepts the connection.
async fn schema() -> Option<AsyncPgConnection> {
    let mut connection = AsyncPgConnection::establish(SERVER).await.ok()?;
    let drop_schema = drop_schema();
    let statements = users::create_table((0..CLIENTS).map(client));
    let lock = format!("SET lock_timeout = '10s'; SELECT pg_advisory_lock(hashtext('{SCHEMA}'));");
    let locked = connection.batch_execute(&lock).await;
    locked.expect("no other run of the benchmark uses the schema");
    let statements = format!(
        "{drop_schema} CREATE SCHEMA {SCHEMA}; SET search_path TO {SCHEMA}; {statements} ANALYZE load_users;"
    );
    let created = connection.batch_execute(&statements).await;
    created.expect("the schema is created");
    Some(connection)
}

fn drop_schema() -> String {
    format!("DROP SCHEMA IF EXISTS {SCHEMA} CASCADE;")
}
