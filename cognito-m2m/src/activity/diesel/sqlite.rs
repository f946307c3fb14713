use std::fmt;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;
use tokio::task::JoinHandle;

use super::existing_table::ExistingTable;
use super::listing::{Count, ListedRow, Listing, client_rows};
use super::sqlite_dialect::DIALECT;
use super::statements::Statements;
use crate::activity::{
    ActivityError, ActivityReader, ActivityStore, ClientActivity, ClientQuery, ReaderFuture,
    StoreFuture, TableName,
};
use crate::database::{Failure, open_sqlite};

/// An activity store in a SQLite file.
///
/// It opens its own connections and uses them on blocking threads. Use a file rather than an
/// in-memory database, which is private to one connection and so invisible to a reader.
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
    pending: Option<JoinHandle<Result<SqliteConnection, ActivityError>>>,
}

impl SqliteActivity {
    /// Creates an activity store for the SQLite file at this path, without opening it yet.
    ///
    /// The file is opened on first use, and created if it does not exist.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            url: path.into(),
            statements: Arc::new(Statements::new(&DIALECT)),
            connection: None,
            pending: None,
        }
    }

    /// Sets the name of the table, for example to keep the table of a Django app that this service
    /// replaces.
    ///
    /// Defaults to `service_client_activity`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::activity::{SqliteActivity, TableName};
    ///
    /// let table = TableName::new("django_cognito_m2m_serviceclientactivity")?;
    /// let activity = SqliteActivity::new("api.db").table(table);
    /// # Ok::<(), cognito_m2m::activity::InvalidTableName>(())
    /// ```
    #[must_use]
    pub fn table(mut self, table: TableName) -> Self {
        let mut statements = Statements::new(&DIALECT);
        statements.set_table(table);
        self.statements = Arc::new(statements);
        self
    }

    /// Returns an [`ActivityReader`] for the table of this store. It opens a connection for each
    /// query.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::activity::SqliteActivity;
    /// use cognito_m2m::{ClientActivityList, Policy};
    ///
    /// let activity = SqliteActivity::new("api.db");
    /// let policy = Policy::scopes(["widgets/admin"])?;
    /// let clients = ClientActivityList::new("/admin/clients", activity.reader(), policy);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn reader(&self) -> impl ActivityReader + use<> {
        Reader {
            url: self.url.clone(),
            statements: Arc::clone(&self.statements),
        }
    }

    /// Creates the activity table if it does not exist. Changes nothing if it does.
    ///
    /// Call it at every start. If the table exists, the file may be read-only.
    ///
    /// # Errors
    ///
    /// Returns [`ActivityError`] if the file cannot be opened or written, or if the existing table
    /// lacks a column or the unique constraint on `client_id`.
    pub async fn migrate(&mut self) -> Result<(), ActivityError> {
        self.run(|connection, statements| {
            if check_existing_table(connection, statements)? {
                return Ok(());
            }
            let statement = statements.migrate();
            let migrated =
                connection.immediate_transaction(|connection| connection.batch_execute(&statement));
            migrated.map_err(|error| Failure::from(error).of_statement(statements))
        })
        .await
    }

    /// Runs `work` with the connection on a blocking thread.
    ///
    /// A cancelled call keeps running on its thread until SQLite returns. The next call waits for
    /// it first, so a stuck disk blocks at most one thread.
    async fn run(
        &mut self,
        work: impl FnOnce(&mut SqliteConnection, &Statements) -> Result<(), ActivityError>
        + Send
        + 'static,
    ) -> Result<(), ActivityError> {
        // The cancelled call was already reported as timed out.
        let _ = self.finish_pending().await;
        let reusable = self.connection.take();
        let (url, statements) = (self.url.clone(), Arc::clone(&self.statements));
        self.pending = Some(tokio::task::spawn_blocking(move || {
            let mut connection = match reusable {
                Some(connection) => connection,
                None => open_sqlite(&url).map_err(Failure::of_connection)?,
            };
            work(&mut connection, &statements).map(|()| connection)
        }));
        self.finish_pending().await
    }

    /// Waits for the pending work. The connection is reused only if the work succeeded.
    async fn finish_pending(&mut self) -> Result<(), ActivityError> {
        let Some(work) = &mut self.pending else {
            return Ok(());
        };
        let ended = work.await;
        self.pending = None;
        let connection = ended.map_err(|error| ActivityError::Statement(error.into()))??;
        self.connection = Some(connection);
        Ok(())
    }
}

/// Checks that the table is complete, and returns `false` if there is no table.
fn check_existing_table(
    connection: &mut SqliteConnection,
    statements: &Statements,
) -> Result<bool, ActivityError> {
    let found = diesel::sql_query(statements.find_table()).load::<ExistingTable>(connection);
    let found = found.map_err(|error| Failure::from(error).of_statement(statements))?;
    for table in &found {
        table.check(statements)?;
    }
    Ok(!found.is_empty())
}

impl ActivityStore for SqliteActivity {
    fn check(&mut self) -> StoreFuture<'_> {
        Box::pin(self.run(|connection, statements| {
            let checked = connection.batch_execute(&statements.check());
            checked.map_err(|error| Failure::from(error).of_statement(statements))?;
            check_existing_table(connection, statements).map(drop)
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
            for client in batch.iter() {
                insert = insert
                    .bind::<Text, _>(client.client_id.to_string())
                    .bind::<Text, _>(client.first_seen_at.to_string())
                    .bind::<Text, _>(client.last_seen_at.to_string());
            }
            let written = insert.execute(connection);
            let written = written.map_err(|error| Failure::from(error).of_statement(statements));
            written.map(drop)
        }))
    }
}

struct Reader {
    url: String,
    statements: Arc<Statements>,
}

impl ActivityReader for Reader {
    fn list<'a>(&'a self, query: &'a ClientQuery) -> ReaderFuture<'a> {
        let (url, statements) = (self.url.clone(), Arc::clone(&self.statements));
        let listing = Listing::new(&statements, query);
        let read = move || {
            let mut connection = open_sqlite(&url).map_err(Failure::of_connection)?;
            let listed = read(&mut connection, &listing);
            let (rows, count) =
                listed.map_err(|error| Failure::from(error).of_statement(&statements))?;
            client_rows(rows, &count)
        };
        Box::pin(async {
            let done = tokio::task::spawn_blocking(read).await;
            done.map_err(|error| ActivityError::Statement(error.into()))?
        })
    }
}

fn read(
    connection: &mut SqliteConnection,
    listing: &Listing,
) -> QueryResult<(Vec<ListedRow>, Count)> {
    let count = diesel::sql_query(&listing.count)
        .bind::<Text, _>(&listing.pattern)
        .get_result(connection)?;
    let rows = diesel::sql_query(&listing.rows)
        .bind::<Text, _>(&listing.pattern)
        .bind::<BigInt, _>(listing.limit)
        .bind::<BigInt, _>(listing.offset)
        .load(connection)?;
    Ok((rows, count))
}

impl fmt::Debug for SqliteActivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteActivity").finish_non_exhaustive()
    }
}
