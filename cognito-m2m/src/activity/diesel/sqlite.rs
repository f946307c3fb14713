use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::existing_table::ExistingTable;
use super::listing::{Count, ListedRow, Listing, client_rows};
use super::precision::Precision;
use super::sqlite_dialect::DIALECT;
use super::statements::Statements;
use super::stored::stored_activity;
use crate::activity::{
    ActivityError, ActivityReader, ActivityStore, ClientActivity, ClientQuery, ReaderFuture,
    StoreFuture, StoredFuture, TableName,
};
use crate::database::{Failure, open_sqlite};

/// An activity store in a SQLite file.
///
/// It opens its own connections and uses them on blocking threads. A statement waits up to 3 s for a
/// lock of another connection. Use a file rather than an in-memory database, which is private to one
/// connection and so invisible to a reader.
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
    precision: Precision,
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
            precision: Precision::default(),
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

    /// Creates the activity table if it does not exist. Of an existing table, it only drops the index on
    /// `last_seen_at` that earlier versions of this crate have created.
    ///
    /// Call it at every start. If the table exists, the file may be read-only. The index makes writes
    /// slower, and nothing else depends on it: if it cannot be dropped, a warning is logged.
    ///
    /// # Errors
    ///
    /// Returns [`ActivityError`] if the file cannot be opened or written, or if the existing table
    /// lacks a column or the unique constraint on `client_id`.
    pub async fn migrate(&mut self) -> Result<(), ActivityError> {
        self.run(|connection, statements| {
            if let Some(table) = check_existing_table(connection, statements)? {
                if let Some(index) = table.last_seen_index {
                    drop_index(connection, statements, &index);
                }
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
    async fn run<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut SqliteConnection, &Statements) -> Result<T, ActivityError>
        + Send
        + 'static,
    ) -> Result<T, ActivityError> {
        // The cancelled call was already reported as timed out.
        let _ = self.finish_pending().await;
        let reusable = self.connection.take();
        let (url, statements) = (self.url.clone(), Arc::clone(&self.statements));
        let (reply, result) = oneshot::channel();
        self.pending = Some(tokio::task::spawn_blocking(move || {
            let mut connection = match reusable {
                Some(connection) => connection,
                None => open_sqlite(&url).map_err(Failure::of_connection)?,
            };
            let value = work(&mut connection, &statements)?;
            // The call may have been cancelled.
            let _ = reply.send(value);
            Ok(connection)
        }));
        self.finish_pending().await?;
        result
            .await
            .map_err(|error| ActivityError::Statement(error.into()))
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

/// Checks that the table is complete if it exists, and returns it.
fn check_existing_table(
    connection: &mut SqliteConnection,
    statements: &Statements,
) -> Result<Option<ExistingTable>, ActivityError> {
    let found = diesel::sql_query(statements.find_table()).load::<ExistingTable>(connection);
    let found = found.map_err(|error| Failure::from(error).of_statement(statements))?;
    let found = found.into_iter().next();
    if let Some(table) = &found {
        table.check(statements)?;
    }
    Ok(found)
}

/// Drops the index on `last_seen_at` that earlier versions have created. It only makes writes slower,
/// so a failure is no error.
fn drop_index(connection: &mut SqliteConnection, statements: &Statements, index: &str) {
    if let Err(error) = connection.batch_execute(&statements.drop_index(index)) {
        tracing::warn!(
            %error,
            table = statements.table_name(),
            index,
            "failed to drop an index that is no longer used; it makes writes of client activity slower"
        );
    } else if let Some(record) = statements.record_drop() {
        // Without the record, the migration runs again and finds no index.
        let _ = connection.batch_execute(record);
    }
}

impl ActivityStore for SqliteActivity {
    fn check(&mut self) -> StoreFuture<'_> {
        Box::pin(self.run(|connection, statements| {
            let checked = connection.batch_execute(&statements.check());
            checked.map_err(|error| Failure::from(error).of_statement(statements))?;
            check_existing_table(connection, statements).map(drop)
        }))
    }

    fn set_precision(&mut self, precision: Duration) {
        self.precision = precision.into();
    }

    fn stored(&mut self, client_ids: Arc<[Box<str>]>) -> StoredFuture<'_> {
        Box::pin(self.run(move |connection, statements| {
            let placeholders = vec!["?"; client_ids.len()].join(", ");
            let query = statements.stored(&format!("IN ({placeholders})"));
            let mut query = diesel::sql_query(query).into_boxed::<Sqlite>();
            for client_id in client_ids.iter() {
                query = query.bind::<Text, _>(client_id.to_string());
            }
            let rows = query.load(connection);
            let rows = rows.map_err(|error| Failure::from(error).of_statement(statements))?;
            Ok(stored_activity(rows, &client_ids))
        }))
    }

    fn write(&mut self, batch: Arc<[ClientActivity]>) -> StoreFuture<'_> {
        let precision = self.precision;
        Box::pin(self.run(move |connection, statements| {
            let rows = vec!["(?, ?, ?)"; batch.len()].join(", ");
            let table = statements.table();
            let condition = if precision.is_zero() {
                String::new()
            } else {
                update_condition(statements)
            };
            let mut insert = diesel::sql_query(format!(
                "INSERT INTO {table} AS known (client_id, first_seen_at, last_seen_at) VALUES {rows}
                 ON CONFLICT (client_id) DO UPDATE SET
                 first_seen_at = min(known.first_seen_at, excluded.first_seen_at),
                 last_seen_at = max(known.last_seen_at, excluded.last_seen_at)
                 {condition}"
            ))
            .into_boxed::<Sqlite>();
            for client in batch.iter() {
                insert = insert
                    .bind::<Text, _>(client.client_id.to_string())
                    .bind::<Text, _>(client.first_seen_at.to_string())
                    .bind::<Text, _>(client.last_seen_at.to_string());
            }
            if !precision.is_zero() {
                insert = insert.bind::<BigInt, _>(precision.as_micros());
            }
            let written = insert.execute(connection);
            let written = written.map_err(|error| Failure::from(error).of_statement(statements));
            written.map(drop)
        }))
    }
}

/// Returns the condition on which a merge updates a row. Times are compared in microseconds, because
/// Django omits the fraction of whole seconds. A row with invalid times is updated.
fn update_condition(statements: &Statements) -> String {
    let [first, last] = statements.micros();
    let [new_first, new_last] = [&first, &last].map(|micros| micros.replace("known.", "excluded."));
    format!("WHERE coalesce({new_last} - {last} >= ? OR {new_first} < {first}, 1)")
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
