use super::connection::StoreConnection;
use super::listing::{Listing, client_rows};
use super::statements::Statements;
use crate::activity::{ActivityError, ClientActivity, ClientQuery, ClientRows, TableName};
use crate::database::{Connecting, DatabaseServer, Failure};

/// A database that holds the activity table.
pub(super) struct Database<C> {
    server: DatabaseServer<C>,
    pub(super) statements: Statements,
}

/// A database, and the connection that the writer reuses.
pub(super) struct Session<C> {
    database: Database<C>,
    connection: Option<C>,
}

impl<C: StoreConnection> Database<C> {
    async fn open(&self) -> Result<C, ActivityError> {
        self.server.connect().await.map_err(Failure::of_connection)
    }

    /// Checks that the table is complete if it exists. Returns `false` if it does not exist: the
    /// first statement then fails.
    ///
    /// Without the unique constraint, MySQL would insert a row for each write.
    async fn check_existing_table(&self, connection: &mut C) -> Result<bool, ActivityError> {
        let found = connection.find_table(&self.statements.find_table()).await;
        let found = found.map_err(|failure| failure.of_statement(&self.statements))?;
        if let Some(table) = &found {
            table.check(&self.statements)?;
        }
        Ok(found.is_some())
    }

    /// Runs statements that have no result.
    async fn run(&self, connection: &mut C, statements: &str) -> Result<(), ActivityError> {
        let done = connection.run(statements).await;
        done.map_err(|failure| failure.of_statement(&self.statements))
    }

    /// Lists clients over a connection that is closed afterwards.
    pub(super) async fn list(&self, query: &ClientQuery) -> Result<ClientRows, ActivityError> {
        let listing = Listing::new(&self.statements, query);
        let mut connection = self.open().await?;
        let listed = connection.list(&listing).await;
        let (rows, count) = listed.map_err(|failure| failure.of_statement(&self.statements))?;
        client_rows(rows, &count)
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
            connection: None,
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

    pub(super) fn database(&self) -> &Database<C> {
        &self.database
    }

    /// Creates the table if it does not exist, over a connection that is closed afterwards. Changes
    /// nothing if the table exists.
    pub(super) async fn migrate(&self) -> Result<(), ActivityError> {
        let database = &self.database;
        let mut connection = database.open().await?;
        if database.check_existing_table(&mut connection).await? {
            return Ok(());
        }
        let migration = database.statements.migrate();
        database.run(&mut connection, &migration).await
    }

    pub(super) async fn check(&mut self) -> Result<(), ActivityError> {
        let database = &self.database;
        let statements = &database.statements;
        let mut connection = database.open().await?;
        let checked = database.run(&mut connection, &statements.check()).await;
        checked.map_err(|error| unreadable_table(error, statements))?;
        database.check_existing_table(&mut connection).await?;
        self.connection = Some(connection);
        Ok(())
    }

    /// Merges a batch over the connection that is reused. If the call fails or is cancelled, the
    /// connection is closed.
    pub(super) async fn merge(&mut self, batch: &[ClientActivity]) -> Result<(), ActivityError> {
        let database = &self.database;
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let mut connection = database.open().await?;
                database.check_existing_table(&mut connection).await?;
                connection
            }
        };
        let statements = &database.statements;
        let merged = connection.merge(&statements.table(), batch).await;
        merged.map_err(|failure| failure.of_statement(statements))?;
        self.connection = Some(connection);
        Ok(())
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
