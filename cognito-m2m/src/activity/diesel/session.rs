use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::{AsyncConnection, SimpleAsyncConnection};

use super::statements::{Statements, statement_error};
use crate::activity::{ActivityError, TableName};

/// The future that returns a new connection.
pub(super) type Connecting<'a, C> = Pin<Box<dyn Future<Output = ConnectionResult<C>> + Send + 'a>>;

type Connect<C> = Arc<dyn Fn(&str) -> Connecting<'_, C> + Send + Sync>;

/// A database that holds the activity table.
pub(super) struct Database<C> {
    url: String,
    connect: Connect<C>,
    pub(super) statements: Statements,
}

/// A database, and the connection that the writer reuses.
pub(super) struct Session<C> {
    database: Database<C>,
    connection: Option<C>,
}

impl<C> Database<C>
where
    C: AsyncConnection + SimpleAsyncConnection + Send + 'static,
{
    pub(super) async fn connect(&self) -> Result<C, ActivityError> {
        (self.connect)(&self.url).await.map_err(|error| {
            ActivityError::Connect(match error {
                // The error may contain the URL with its password.
                ConnectionError::InvalidConnectionUrl(_) => "the URL is invalid".into(),
                other => other.into(),
            })
        })
    }
}

impl<C> Clone for Database<C> {
    fn clone(&self) -> Self {
        Self {
            url: self.url.clone(),
            connect: Arc::clone(&self.connect),
            statements: self.statements.clone(),
        }
    }
}

impl<C> Session<C>
where
    C: AsyncConnection + SimpleAsyncConnection + Send + 'static,
{
    pub(super) fn new(url: String, statements: Statements) -> Self {
        Self {
            database: Database {
                url,
                connect: Arc::new(|url| Box::pin(C::establish(url))),
                statements,
            },
            connection: None,
        }
    }

    pub(super) fn set_table(&mut self, table: TableName) {
        self.database.statements.set_table(table);
    }

    pub(super) fn set_connect(
        &mut self,
        connect: impl Fn(&str) -> Connecting<'_, C> + Send + Sync + 'static,
    ) {
        self.database.connect = Arc::new(connect);
    }

    pub(super) fn database(&self) -> &Database<C> {
        &self.database
    }

    /// Runs statements on a connection that is closed afterwards.
    pub(super) async fn run_once(&self, statements: &str) -> Result<(), ActivityError> {
        let mut connection = self.database.connect().await?;
        let done = connection.batch_execute(statements).await;
        done.map_err(statement_error)
    }

    pub(super) async fn check(&mut self) -> Result<(), ActivityError> {
        let mut connection = self.database.connect().await?;
        let statements = &self.database.statements;
        let checked = connection.batch_execute(&statements.check()).await;
        checked.map_err(|error| ActivityError::Table {
            table: statements.table_name(),
            source: error.into(),
        })?;
        self.put_back(connection);
        Ok(())
    }

    /// Takes the reusable connection, or opens one.
    ///
    /// After a success, the caller returns it with [`Self::put_back`]. If the caller fails or is
    /// cancelled, the connection is dropped.
    pub(super) async fn take_connection(&mut self) -> Result<C, ActivityError> {
        match self.connection.take() {
            Some(connection) => Ok(connection),
            None => self.database.connect().await,
        }
    }

    pub(super) fn put_back(&mut self, connection: C) {
        self.connection = Some(connection);
    }
}
