use std::convert::Infallible;
use std::time::Duration;

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinHandle};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, Error, NoTls};

use super::connection::{Cancellation, DatabaseConnection};
use super::failure::{Failure, FailureKind};
use super::limits::{LOCK_TIMEOUT_SECONDS, STATEMENT_TIMEOUT_SECONDS};

/// The maximum time to send a cancellation.
const CANCELLATION_TIMEOUT: Duration = Duration::from_secs(3);

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
    /// When it is dropped, the driver learns that the connection is no longer used.
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

    /// The limits of a custom connection end with the transaction, because a pooler in transaction mode
    /// would keep other settings for its other clients.
    async fn begin(&mut self) -> Result<(), Failure> {
        let Self::Custom(connection) = self else {
            return Ok(());
        };
        let statements = format!(
            "BEGIN; SET LOCAL lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'; SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT_SECONDS}s'"
        );
        connection.run(&statements).await
    }

    async fn commit(&mut self) -> Result<(), Failure> {
        match self {
            Self::Plain(_) => Ok(()),
            Self::Custom(connection) => connection.run("COMMIT").await,
        }
    }

    async fn rollback(&mut self) -> Result<(), Failure> {
        match self {
            Self::Plain(_) => Ok(()),
            Self::Custom(connection) => connection.run("ROLLBACK").await,
        }
    }

    /// A custom connection may use TLS, which a cancellation would have to use too.
    fn cancellation(&self) -> Cancellation {
        match self {
            Self::Plain(connection) => connection.cancellation(),
            Self::Custom(_) => Box::pin(std::future::ready(())),
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
        let config: Config = url
            .parse()
            .map_err(|_: Error| Failure::new(FailureKind::Permanent, "the URL is invalid"))?;
        let limited = with_limits(&config).connect(NoTls).await;
        let (client, connection) = match limited {
            Err(error) if is_rejected_option(&error) => config.connect(NoTls).await?,
            connected => connected?,
        };
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

    /// A pooler forwards the cancellation to the server connection that runs the statement.
    fn cancellation(&self) -> Cancellation {
        let token = self.client.cancel_token();
        Box::pin(async move {
            // The statement may have ended, and the server may be unreachable.
            let sent = tokio::time::timeout(CANCELLATION_TIMEOUT, token.cancel_query(NoTls));
            let _ = sent.await;
        })
    }

    /// Returns the handle of the task that drives the connection.
    pub(crate) fn driver(&self) -> Option<AbortHandle> {
        self.driver.as_ref().map(JoinHandle::abort_handle)
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

/// Adds the limits to the start-up options, before those of the URL, which may set other limits.
///
/// Settings that a client makes later would stay on the server connection of a pooler in transaction
/// mode, which other clients use too.
fn with_limits(config: &Config) -> Config {
    let limits = format!(
        "-c lock_timeout={LOCK_TIMEOUT_SECONDS}s -c statement_timeout={STATEMENT_TIMEOUT_SECONDS}s"
    );
    let options = config.get_options().unwrap_or_default();
    let mut limited = config.clone();
    limited.options(format!("{limits} {options}").trim_end());
    limited
}

/// Returns `true` if a pooler or a compatible server does not accept the start-up options.
fn is_rejected_option(error: &Error) -> bool {
    const REJECTIONS: [SqlState; 4] = [
        SqlState::PROTOCOL_VIOLATION,
        SqlState::FEATURE_NOT_SUPPORTED,
        SqlState::UNDEFINED_OBJECT,
        SqlState::INVALID_PARAMETER_VALUE,
    ];
    error.code().is_some_and(|code| REJECTIONS.contains(code))
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

    #[test]
    fn options_of_the_url_follow_the_limits() {
        let options = |url: &str| {
            let config: Config = url.parse().expect("a valid URL");
            with_limits(&config).get_options().map(str::to_owned)
        };
        let limits = "-c lock_timeout=3s -c statement_timeout=4s";
        let without_options = options("postgres://api@db.example/api");
        assert_eq!(without_options.as_deref(), Some(limits));
        let with_options =
            options("postgres://api@db.example/api?options=-c%20statement_timeout%3D1s");
        let expected = format!("{limits} -c statement_timeout=1s");
        assert_eq!(with_options, Some(expected));
    }
}
