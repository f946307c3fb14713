use std::sync::Arc;

use super::connection::StoreConnection;
use super::existing_table::ExistingTable;
use super::listing::{Listing, client_rows};
use super::precision::Precision;
use super::statements::Statements;
use super::stored::stored_activity;
use crate::activity::{ActivityError, ClientActivity, ClientQuery, ClientRows, TableName};
use crate::database::{CallError, Connecting, DatabaseServer, Failure, ReusedConnection, Work};
use crate::error_chain::causes;

/// A database that holds the activity table.
pub(super) struct Database<C> {
    server: DatabaseServer<C>,
    pub(super) statements: Statements,
}

/// A database, and the connection that the writer reuses.
pub(super) struct Session<C> {
    database: Database<C>,
    connection: ReusedConnection<C>,
    precision: Precision,
}

impl<C: StoreConnection> Database<C> {
    async fn open(&self) -> Result<C, ActivityError> {
        self.server.connect().await.map_err(Failure::of_connection)
    }

    /// Opens a connection, and checks that the table is complete if it exists.
    ///
    /// Without the unique constraint, MySQL would insert a row for each write.
    async fn open_checked(self) -> Result<C, ActivityError> {
        let mut connection = self.open().await?;
        if let Some(table) = self.find_table(&mut connection).await? {
            table.check(&self.statements)?;
        }
        Ok(connection)
    }

    async fn find_table(&self, connection: &mut C) -> Result<Option<ExistingTable>, ActivityError> {
        let found = connection.find_table(&self.statements.find_table()).await;
        found.map_err(|failure| failure.of_statement(&self.statements))
    }

    /// Runs statements that have no result.
    async fn run(&self, connection: &mut C, statements: &str) -> Result<(), ActivityError> {
        let done = connection.run(statements).await;
        done.map_err(|failure| failure.of_statement(&self.statements))
    }

    /// Reads from the table, in a transaction if only that limits the statement.
    async fn check(&self, connection: &mut C) -> Result<(), ActivityError> {
        let statement = self.statements.check();
        let checked = async {
            connection.begin().await?;
            connection.run(&statement).await?;
            connection.commit().await
        };
        let checked: Result<(), Failure> = checked.await;
        checked.map_err(|failure| failure.of_statement(&self.statements))
    }

    /// Lists clients over a connection that is closed afterwards.
    pub(super) async fn list(&self, query: &ClientQuery) -> Result<ClientRows, ActivityError> {
        let listing = Listing::new(&self.statements, query);
        let database = self.clone();
        let listed = ReusedConnection::new()
            .run(
                async move { database.open().await },
                |connection: &mut C| -> Work<'_, _> {
                    Box::pin(async move { connection.list(&listing).await })
                },
            )
            .await;
        let (rows, count) = listed.map_err(|error| self.error(error))?;
        client_rows(rows, &count)
    }

    fn error(&self, error: CallError<ActivityError>) -> ActivityError {
        match error {
            CallError::Open(error) => error,
            CallError::OpenTimedOut => ActivityError::TimedOut,
            CallError::Work(failure) => failure.of_statement(&self.statements),
        }
    }

    /// Drops the index on `last_seen_at` that earlier versions have created. It only makes writes
    /// slower, so a failure is no error.
    async fn drop_index(&self, mut connection: C, index: &str) {
        let statements = &self.statements;
        let dropped = self
            .run(&mut connection, &statements.drop_index(index))
            .await;
        // Another instance may be dropping the index at the same time, successfully or not.
        let found = self.find_table(&mut connection).await;
        let is_gone =
            found.is_ok_and(|table| table.is_none_or(|table| table.last_seen_index.is_none()));
        if is_gone {
            if let Some(record) = statements.record_drop() {
                // Without the record, the migration runs again and finds no index.
                let _ = connection.run(record).await;
            }
            return;
        }
        let Err(error) = dropped else {
            return;
        };
        tracing::warn!(
            %error,
            cause = causes(&error),
            table = statements.table_name(),
            index,
            "failed to drop an index that is no longer used; it makes writes of client activity slower"
        );
    }
}

impl<C> Clone for Database<C> {
    fn clone(&self) -> Self {
        Self {
            server: self.server.clone(),
            statements: self.statements.clone(),
        }
    }
}

impl<C: StoreConnection> Session<C> {
    pub(super) fn new(url: String, statements: Statements) -> Self {
        Self {
            database: Database {
                server: DatabaseServer::new(url),
                statements,
            },
            connection: ReusedConnection::new(),
            precision: Precision::default(),
        }
    }

    pub(super) fn set_table(&mut self, table: TableName) {
        self.database.statements.set_table(table);
    }

    pub(super) fn set_connect<Custom>(
        &mut self,
        connect: impl Fn(&str) -> Connecting<'_, Custom> + Send + Sync + 'static,
    ) where
        C: From<Custom>,
        Custom: 'static,
    {
        self.database.server.set_connect(connect);
    }

    pub(super) fn set_precision(&mut self, precision: Precision) {
        self.precision = precision;
    }

    pub(super) fn database(&self) -> &Database<C> {
        &self.database
    }

    /// Creates the table if it does not exist, over a connection that is closed afterwards. Drops the
    /// index that earlier versions have created with it.
    pub(super) async fn migrate(&self) -> Result<(), ActivityError> {
        let database = &self.database;
        let mut connection = database.open().await?;
        let Some(table) = database.find_table(&mut connection).await? else {
            let migration = database.statements.migrate();
            return database.run(&mut connection, &migration).await;
        };
        table.check(&database.statements)?;
        if let Some(index) = &table.last_seen_index {
            database.drop_index(connection, index).await;
        }
        Ok(())
    }

    /// Opens the connection, and checks that the table can be read and is complete.
    pub(super) async fn check(&mut self) -> Result<(), ActivityError> {
        self.connection.close().await;
        let database = self.database.clone();
        let open = async move {
            let mut connection = database.open().await?;
            let statements = &database.statements;
            let checked = database.check(&mut connection).await;
            checked.map_err(|error| unreadable_table(error, statements))?;
            if let Some(table) = database.find_table(&mut connection).await? {
                table.check(statements)?;
            }
            Ok(connection)
        };
        let checked = self.connection.run(open, |_| Box::pin(async { Ok(()) }));
        checked.await.map_err(|error| self.database.error(error))
    }

    /// Merges a batch over the connection that is reused.
    pub(super) async fn merge(
        &mut self,
        batch: Arc<[ClientActivity]>,
    ) -> Result<(), ActivityError> {
        let (table, precision) = (self.database.statements.table(), self.precision);
        self.run(move |connection| {
            Box::pin(async move { connection.merge(&table, &batch, precision).await })
        })
        .await
    }

    /// Reads the rows of some clients over the connection that is reused.
    pub(super) async fn stored(
        &mut self,
        client_ids: Arc<[Box<str>]>,
    ) -> Result<Vec<ClientActivity>, ActivityError> {
        if client_ids.is_empty() {
            return Ok(Vec::new());
        }
        let statements = self.database.statements.clone();
        let requested = Arc::clone(&client_ids);
        let rows = self
            .run(move |connection| {
                Box::pin(async move { connection.stored(&statements, &requested).await })
            })
            .await?;
        Ok(stored_activity(rows, &client_ids))
    }

    async fn run<T: Send + 'static>(
        &mut self,
        work: impl for<'a> FnOnce(&'a mut C) -> Work<'a, T> + Send + 'static,
    ) -> Result<T, ActivityError> {
        let open = self.database.clone().open_checked();
        let done = self.connection.run(open, work).await;
        done.map_err(|error| self.database.error(error))
    }
}

/// Converts a permanent failure to read the table.
fn unreadable_table(error: ActivityError, statements: &Statements) -> ActivityError {
    let is_permanent = error.is_permanent();
    match error {
        ActivityError::Statement(source) if is_permanent => ActivityError::Table {
            table: statements.table_name(),
            source,
        },
        other => other,
    }
}
