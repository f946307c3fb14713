use std::convert::Infallible;
use std::time::Duration;

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, NoTls};

use super::connection::DatabaseConnection;
use super::failure::{Failure, FailureKind};

/// The maximum time that a dropped connection stays open for the response to its last statement. The
/// background thread, which other owners may keep running, would wait for it for ever.
const MAX_LINGERING: Duration = Duration::from_secs(5);

/// A connection to PostgreSQL.
pub(crate) enum PgConnection {
    /// A connection of the store, which uses no named prepared statements. A pooler in transaction
    /// mode may run each statement on another server connection.
    Plain(PlainConnection),
    /// A connection from the application. `diesel-async` uses named prepared statements, even to set it
    /// up and for statements that it does not cache.
    Custom(Box<AsyncPgConnection>),
}

pub(crate) struct PlainConnection {
    pub(crate) client: Client,
    /// Drives the connection. Its result is the reason why the connection ended.
    driver: Option<JoinHandle<Result<(), Error>>>,
    /// Tells the driver, by its drop, that the connection is no longer used.
    _in_use: oneshot::Sender<Infallible>,
}

/// A parameter of a statement, and its type. The store states the types, because asking the server
/// for them takes a named prepared statement.
pub(crate) type TypedParameter<'a> = (&'a (dyn ToSql + Sync), Type);

impl From<AsyncPgConnection> for PgConnection {
    fn from(connection: AsyncPgConnection) -> Self {
        Self::Custom(Box::new(connection))
    }
}

impl DatabaseConnection for PgConnection {
    async fn open(url: &str) -> Result<Self, Failure> {
        PlainConnection::open(url).await.map(Self::Plain)
    }

    async fn run(&mut self, statements: &str) -> Result<(), Failure> {
        match self {
            Self::Plain(connection) => {
                let done = connection.client.batch_execute(statements).await;
                connection.explained(done).await
            }
            Self::Custom(connection) => connection.run(statements).await,
        }
    }
}

impl DatabaseConnection for AsyncPgConnection {
    async fn open(url: &str) -> Result<Self, Failure> {
        Ok(Self::establish(url).await?)
    }

    async fn run(&mut self, statements: &str) -> Result<(), Failure> {
        Ok(self.batch_execute(statements).await?)
    }
}

impl PlainConnection {
    async fn open(url: &str) -> Result<Self, Failure> {
        // The error may contain the URL with its password.
        let config: tokio_postgres::Config = url
            .parse()
            .map_err(|_: Error| Failure::new(FailureKind::Permanent, "the URL is invalid"))?;
        let (client, connection) = config.connect(NoTls).await?;
        let (in_use, unused) = oneshot::channel::<Infallible>();
        let driver = tokio::spawn(async {
            let lingered = async {
                let _ = unused.await;
                tokio::time::sleep(MAX_LINGERING).await;
            };
            tokio::select! {
                ended = connection => ended,
                () = lingered => Ok(()),
            }
        });
        let mut connection = Self {
            client,
            driver: Some(driver),
            _in_use: in_use,
        };
        // The times of a table with columns of the type `timestamp` are in UTC. Poolers restore the
        // time zone of a client on each server connection.
        let done = connection.client.batch_execute("SET TIME ZONE 'UTC'").await;
        connection.explained(done).await?;
        Ok(connection)
    }

    /// Replaces the error of an ended connection with the reason why it ended.
    pub(crate) async fn explained<T>(&mut self, result: Result<T, Error>) -> Result<T, Failure> {
        let error = match result {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if error.is_closed()
            && let Some(driver) = self.driver.take()
            && let Ok(Err(reason)) = driver.await
        {
            return Err(reason.into());
        }
        Err(error.into())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let Some(code) = error.code() else {
            return Self::from_message(&error.to_string(), error);
        };
        let kind = kind_of_code(code);
        match error.into_source() {
            Some(database_error) => Self::new(kind, database_error),
            None => Self::new(kind, "the server reported an error"),
        }
    }
}

/// Classifies an error by its code (PostgreSQL, appendix A, "PostgreSQL Error Codes").
fn kind_of_code(code: &SqlState) -> FailureKind {
    match *code {
        SqlState::UNDEFINED_TABLE | SqlState::UNDEFINED_COLUMN => FailureKind::Table,
        SqlState::DUPLICATE_PSTATEMENT | SqlState::INVALID_SQL_STATEMENT_NAME => {
            FailureKind::Pooler
        }
        _ => {
            // Unsupported features, invalid data, violated constraints, credentials, a missing
            // database or schema, permissions.
            let permanent = ["0A", "22", "23", "28", "3D", "3F", "42"];
            if permanent.iter().any(|class| code.code().starts_with(class)) {
                FailureKind::Permanent
            } else {
                FailureKind::Temporary
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_codes_are_classified_by_what_a_retry_can_achieve() {
        for (code, kind) in [
            ("42P01", FailureKind::Table),
            ("42703", FailureKind::Table),
            ("42501", FailureKind::Permanent),
            ("42P10", FailureKind::Permanent),
            ("28P01", FailureKind::Permanent),
            ("28000", FailureKind::Permanent),
            ("3D000", FailureKind::Permanent),
            ("3F000", FailureKind::Permanent),
            ("42P05", FailureKind::Pooler),
            ("26000", FailureKind::Pooler),
            ("08006", FailureKind::Temporary),
            ("25006", FailureKind::Temporary),
            ("40P01", FailureKind::Temporary),
            ("53100", FailureKind::Temporary),
            ("53300", FailureKind::Temporary),
            ("57P01", FailureKind::Temporary),
            ("57P03", FailureKind::Temporary),
        ] {
            assert_eq!(kind_of_code(&SqlState::from_code(code)), kind, "{code}");
        }
    }
}
