use std::fmt;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;
use tokio::task::JoinHandle;

use super::listing::{Count, Dialect, ListedRow, Listing, rows_of};
use super::statements::Statements;
use crate::activity::{
    ActivityError, ActivityReader, ActivityStore, ClientActivity, ClientQuery, ClientRows,
    ReaderFuture, StoreFuture, TableName,
};

/// Client activity in a SQLite file.
///
/// It has one connection of its own, and works on threads that may block. A database in memory is
/// its connection, so nobody else could read it: give a file.
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::activity::SqliteActivity;
/// use cognito_m2m::{CognitoAuth, Settings};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let mut activity = SqliteActivity::new("api.db");
/// activity.migrate().await?;
/// let auth = CognitoAuth::builder()
///     .settings(Settings::from_env().track_client_activity(true))
///     .activity_store(activity)
///     .build()?;
/// # Ok(())
/// # }
/// ```
pub struct SqliteActivity {
    url: String,
    statements: Arc<Statements>,
    connection: Option<SqliteConnection>,
    under_way: Option<JoinHandle<Result<SqliteConnection, ActivityError>>>,
}

const UP: &str = include_str!(
    "../../../migrations/sqlite/2000-01-01-000000_create_service_client_activity/up.sql"
);

const NOTE_MIGRATION: &str = "
CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
    version VARCHAR(50) PRIMARY KEY NOT NULL,
    run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT OR IGNORE INTO __diesel_schema_migrations (version) VALUES ('20000101000000');
";

impl SqliteActivity {
    /// Keeps it in the file at this path. Nothing is opened yet.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            url: path.into(),
            statements: Arc::new(Statements::new('"', UP, NOTE_MIGRATION)),
            connection: None,
            under_way: None,
        }
    }

    /// Keeps it in another table, such as the one of a Django app that ran here before.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::activity::{SqliteActivity, TableName};
    ///
    /// let django = TableName::new("django_cognito_m2m_serviceclientactivity")?;
    /// let activity = SqliteActivity::new("api.db").table(django);
    /// # Ok::<(), cognito_m2m::activity::InvalidTableName>(())
    /// ```
    #[must_use]
    pub fn table(mut self, table: TableName) -> Self {
        let mut statements = Statements::new('"', UP, NOTE_MIGRATION);
        statements.set_table(table);
        self.statements = Arc::new(statements);
        self
    }

    /// What the list for operators is read from: the same table, over a connection for each list.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::activity::SqliteActivity;
    /// use cognito_m2m::{ClientActivityList, Policy};
    ///
    /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let activity = SqliteActivity::new("api.db");
    /// let policy = Policy::scopes(["widgets/admin"])?;
    /// let clients = ClientActivityList::new("/admin/clients", activity.reader(), policy);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn reader(&self) -> impl ActivityReader + use<> {
        Reader {
            url: self.url.clone(),
            statements: Arc::clone(&self.statements),
        }
    }

    /// Creates the table where there is none. It may be called at every start.
    ///
    /// # Errors
    ///
    /// [`ActivityError`] when the file can't be opened or written.
    pub async fn migrate(&mut self) -> Result<(), ActivityError> {
        self.run(|connection, statements| {
            let statement = statements.migrate();
            connection
                .immediate_transaction(|connection| connection.batch_execute(&statement))
                .map_err(|error| ActivityError::Statement(error.into()))
        })
        .await
    }

    /// Works on the connection, on a blocking thread. What was given up before goes on there until
    /// SQLite lets go of it, and is waited for first: one thread is all that a stuck disk takes.
    async fn run(
        &mut self,
        work: impl FnOnce(&mut SqliteConnection, &Statements) -> Result<(), ActivityError>
        + Send
        + 'static,
    ) -> Result<(), ActivityError> {
        // Its error was told when it was given up.
        let _ = self.end_of_work().await;
        let known = self.connection.take();
        let (url, statements) = (self.url.clone(), Arc::clone(&self.statements));
        self.under_way = Some(tokio::task::spawn_blocking(move || {
            let mut connection = match known {
                Some(connection) => connection,
                None => open(&url)?,
            };
            work(&mut connection, &statements).map(|()| connection)
        }));
        self.end_of_work().await
    }

    /// The connection is put back only if the work has succeeded.
    async fn end_of_work(&mut self) -> Result<(), ActivityError> {
        let Some(work) = &mut self.under_way else {
            return Ok(());
        };
        let ended = work.await;
        self.under_way = None;
        let connection = ended.map_err(|error| ActivityError::Statement(error.into()))??;
        self.connection = Some(connection);
        Ok(())
    }
}

/// Waits for other writers less than the writer waits for this: the reason comes back in time, also
/// where the sleeps of SQLite take longer than it thinks.
fn open(url: &str) -> Result<SqliteConnection, ActivityError> {
    let mut connection =
        SqliteConnection::establish(url).map_err(|error| ActivityError::Connect(error.into()))?;
    connection
        .batch_execute("PRAGMA busy_timeout = 3000")
        .map_err(|error| ActivityError::Connect(error.into()))?;
    Ok(connection)
}

impl ActivityStore for SqliteActivity {
    fn check(&mut self) -> StoreFuture<'_> {
        Box::pin(self.run(|connection, statements| {
            let checked = connection.batch_execute(&statements.check());
            checked.map_err(|error| ActivityError::Table {
                table: statements.table_name(),
                source: error.into(),
            })
        }))
    }

    fn write(&mut self, batch: Arc<[ClientActivity]>) -> StoreFuture<'_> {
        Box::pin(self.run(move |connection, statements| {
            let rows = vec!["(?, ?, ?)"; batch.len()].join(", ");
            let table = statements.table();
            let mut insert = diesel::sql_query(format!(
                "INSERT INTO {table} (client_id, first_seen_at, last_seen_at) VALUES {rows}
                 ON CONFLICT (client_id) DO UPDATE SET
                 first_seen_at = min(first_seen_at, excluded.first_seen_at),
                 last_seen_at = max(last_seen_at, excluded.last_seen_at)"
            ))
            .into_boxed::<Sqlite>();
            for seen in batch.iter() {
                insert = insert
                    .bind::<Text, _>(seen.client_id.to_string())
                    .bind::<Text, _>(seen.first_seen_at.to_string())
                    .bind::<Text, _>(seen.last_seen_at.to_string());
            }
            let written = insert.execute(connection);
            written
                .map(drop)
                .map_err(|error| ActivityError::Statement(error.into()))
        }))
    }
}

/// Milliseconds are all that SQLite's own functions see of a fraction.
const DIALECT: Dialect = Dialect {
    placeholders: ["?", "?", "?"],
    micros: "CAST(strftime('%s', {}) AS INTEGER) * 1000000 + CAST(substr(substr({}, 21) || '000000', 1, 6) AS INTEGER)",
};

struct Reader {
    url: String,
    statements: Arc<Statements>,
}

impl ActivityReader for Reader {
    fn list<'a>(&'a self, query: &'a ClientQuery) -> ReaderFuture<'a> {
        let (url, listing) = (
            self.url.clone(),
            Listing::new(&self.statements, query, &DIALECT),
        );
        let read = move || read(&url, &listing);
        Box::pin(async {
            let done = tokio::task::spawn_blocking(read).await;
            done.map_err(|error| ActivityError::Statement(error.into()))?
        })
    }
}

fn read(url: &str, listing: &Listing) -> Result<ClientRows, ActivityError> {
    let mut connection = open(url)?;
    let count = diesel::sql_query(&listing.count)
        .bind::<Text, _>(&listing.pattern)
        .get_result::<Count>(&mut connection)
        .map_err(|error| ActivityError::Statement(error.into()))?;
    let rows = diesel::sql_query(&listing.rows)
        .bind::<Text, _>(&listing.pattern)
        .bind::<BigInt, _>(listing.limit)
        .bind::<BigInt, _>(listing.offset)
        .load::<ListedRow>(&mut connection)
        .map_err(|error| ActivityError::Statement(error.into()))?;
    rows_of(rows, &count)
}

impl fmt::Debug for SqliteActivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteActivity").finish_non_exhaustive()
    }
}
