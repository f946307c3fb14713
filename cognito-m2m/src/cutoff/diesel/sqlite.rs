use std::fmt;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};

use super::failure::{of_connection, of_statement};
use super::rows::{Row, Rows};
use super::sqlite_statements::{DELETE, MIGRATION, SELECT, SET};
use super::stored_cutoff::{StoredCutoff, StoredIds};
use super::table::CHECK;
use crate::cutoff::blocking::Blocking;
use crate::cutoff::{Cutoff, CutoffError, CutoffFuture, CutoffStore};
use crate::database::{Failure, FailureKind, open_sqlite};

/// A cut-off store in a SQLite file.
///
/// It opens its own connections and uses them on blocking threads. Use a file rather than an in-memory
/// database, which is private to one connection.
///
/// A row that is written by hand has the same effect as [`set`](CutoffStore::set):
///
/// ```sql
/// INSERT INTO service_client_cutoff (client_id, tokens_issued_before)
///     VALUES ('sync-worker', CURRENT_TIMESTAMP);
/// ```
///
/// A time is a text that starts with `YYYY-MM-DD` and that SQLite can parse, in UTC unless it ends with
/// an offset, or a number of seconds since the Unix epoch.
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::cutoff::SqliteCutoffs;
/// use cognito_m2m::{ClientCutoffs, Policy};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let cutoffs = SqliteCutoffs::new("api.db");
/// cutoffs.migrate().await?;
/// let policy = Policy::scopes(["widgets/admin"])?;
/// let service = ClientCutoffs::new("/admin/cutoffs", cutoffs.clone(), policy);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SqliteCutoffs {
    path: Arc<str>,
    reads: Blocking,
    writes: Blocking,
    rows: Arc<Rows>,
}

#[derive(QueryableByName)]
struct SqliteRow {
    #[diesel(sql_type = Nullable<Binary>)]
    client_id: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<BigInt>)]
    issued_before_secs: Option<i64>,
    #[diesel(sql_type = Nullable<Binary>)]
    reason: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<BigInt>)]
    set_at_micros: Option<i64>,
}

impl SqliteCutoffs {
    /// Creates a cut-off store for the SQLite file at this path, without opening it yet.
    ///
    /// The file is opened on first use, and created if it does not exist.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into().into(),
            reads: Blocking::default(),
            writes: Blocking::default(),
            rows: Arc::default(),
        }
    }

    /// Creates the table `service_client_cutoff` if it does not exist. Changes nothing if it does.
    ///
    /// Call it at every start. If the table exists, the file may be read-only.
    ///
    /// # Errors
    ///
    /// Returns [`CutoffError`] if the file cannot be opened or written, or if the existing table lacks
    /// a column.
    pub async fn migrate(&self) -> Result<(), CutoffError> {
        self.write(|connection| {
            let Err(failure) = check(connection) else {
                return Ok(());
            };
            let (kind, source) = failure.into_parts();
            if kind != FailureKind::Table {
                return Err(CutoffError::Store(source));
            }
            let migrated =
                connection.immediate_transaction(|connection| connection.batch_execute(MIGRATION));
            migrated.map_err(failed)?;
            // Fails if an existing table lacks a column.
            check(connection).map_err(of_statement)
        })
        .await
    }

    /// Runs `work` with a connection that is closed afterwards.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, CutoffError> + Send + 'static,
    ) -> Result<T, CutoffError> {
        let path = Arc::clone(&self.path);
        self.writes
            .run(move || work(&mut open_sqlite(&path).map_err(of_connection)?))
            .await
    }
}

impl CutoffStore for SqliteCutoffs {
    fn read(&self) -> CutoffFuture<'_, Vec<Cutoff>> {
        let path = Arc::clone(&self.path);
        let read = self.reads.run(move || {
            // Each read opens the file, because it may have been replaced.
            let mut connection = open_sqlite(&path).map_err(of_connection)?;
            let rows = diesel::sql_query(SELECT).load::<SqliteRow>(&mut connection);
            let rows = rows.map_err(failed)?;
            Ok(rows.into_iter().map(Row::from).collect())
        });
        Box::pin(async { Ok(self.rows.cutoffs(read.await?)) })
    }

    fn set(&self, cutoff: Cutoff) -> CutoffFuture<'_, ()> {
        let cutoff = StoredCutoff::new(&cutoff);
        Box::pin(self.write(move |connection| {
            let set = connection.immediate_transaction(|connection| {
                delete(
                    connection,
                    &cutoff.ids.id_with_pool,
                    &cutoff.ids.id_with_pool,
                )?;
                diesel::sql_query(SET)
                    .bind::<Text, _>(&cutoff.ids.id)
                    .bind::<Text, _>(cutoff.issued_before.to_string())
                    .bind::<Text, _>(&cutoff.reason)
                    .bind::<Text, _>(cutoff.set_at.to_string())
                    .execute(connection)
            });
            set.map(drop).map_err(failed)
        }))
    }

    fn lift<'a>(&'a self, client_id: &'a str) -> CutoffFuture<'a, bool> {
        let ids = StoredIds::parse(client_id);
        Box::pin(async {
            let Some(ids) = ids else {
                return Ok(false);
            };
            self.write(move |connection| {
                let deleted = delete(connection, &ids.id, &ids.id_with_pool).map_err(failed)?;
                Ok(deleted > 0)
            })
            .await
        })
    }
}

fn check(connection: &mut SqliteConnection) -> Result<(), Failure> {
    Ok(connection.batch_execute(CHECK)?)
}

fn delete(connection: &mut SqliteConnection, id: &str, other_id: &str) -> QueryResult<usize> {
    diesel::sql_query(DELETE)
        .bind::<Text, _>(id)
        .bind::<Text, _>(other_id)
        .execute(connection)
}

fn failed(error: diesel::result::Error) -> CutoffError {
    of_statement(error.into())
}

impl From<SqliteRow> for Row {
    fn from(row: SqliteRow) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self {
            client_id: row.client_id.map(text),
            issued_before_secs: row.issued_before_secs,
            reason: row.reason.map(text),
            set_at_micros: row.set_at_micros,
        }
    }
}

impl fmt::Debug for SqliteCutoffs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteCutoffs").finish_non_exhaustive()
    }
}
