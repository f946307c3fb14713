use std::time::{Duration, SystemTime};

use diesel::pg::data_types::PgTimestamp;
use diesel::sql_types::{Array, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use tokio::task::JoinHandle;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, NoTls};

use super::connection::{StoreConnection, diesel_methods};
use super::existing_table::ExistingTable;
use super::failure::{Failure, FailureKind};
use super::listing::{Count, ListedRow, Listing};
use crate::activity::{ActivityError, ClientActivity, Timestamp};

/// A connection to PostgreSQL.
pub(super) enum PgConnection {
    /// A connection of the store, which uses no named prepared statements. A pooler in transaction
    /// mode may run each statement on another server connection.
    Plain(PlainConnection),
    /// A connection from the application. `diesel-async` uses named prepared statements, even to set it
    /// up and for statements that it does not cache.
    Custom(Box<AsyncPgConnection>),
}

pub(super) struct PlainConnection {
    client: Client,
    /// Drives the connection. Its result is the reason why the connection ended.
    driver: Option<JoinHandle<Result<(), Error>>>,
}

/// A parameter of a statement, and its type. The store states the types, because asking the server
/// for them takes a named prepared statement.
type TypedParameter<'a> = (&'a (dyn ToSql + Sync), Type);

impl From<AsyncPgConnection> for PgConnection {
    fn from(connection: AsyncPgConnection) -> Self {
        Self::Custom(Box::new(connection))
    }
}

impl StoreConnection for PgConnection {
    async fn open(url: &str) -> Result<Self, ActivityError> {
        let opened = PlainConnection::open(url).await;
        opened.map(Self::Plain).map_err(Failure::of_connection)
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

    async fn find_table(&mut self, query: &str) -> Result<Option<ExistingTable>, Failure> {
        match self {
            Self::Plain(connection) => {
                let found = connection.find_table(query).await;
                connection.explained(found).await
            }
            Self::Custom(connection) => connection.find_table(query).await,
        }
    }

    async fn merge(&mut self, table: &str, batch: &[ClientActivity]) -> Result<(), Failure> {
        match self {
            Self::Plain(connection) => {
                let merged = connection.merge(table, batch).await;
                connection.explained(merged).await
            }
            Self::Custom(connection) => connection.merge(table, batch).await,
        }
    }

    async fn list(&mut self, listing: &Listing) -> Result<(Vec<ListedRow>, Count), Failure> {
        match self {
            Self::Plain(connection) => {
                let listed = connection.list(listing).await;
                connection.explained(listed).await
            }
            Self::Custom(connection) => connection.list(listing).await,
        }
    }
}

/// Returns the statement that merges a batch. The arrays make its text independent of the batch size.
fn merge_statement(table: &str) -> String {
    format!(
        "INSERT INTO {table} AS known (client_id, first_seen_at, last_seen_at)
         SELECT * FROM unnest($1, $2, $3)
         ON CONFLICT (client_id) DO UPDATE SET
         first_seen_at = LEAST(known.first_seen_at, excluded.first_seen_at),
         last_seen_at = GREATEST(known.last_seen_at, excluded.last_seen_at)"
    )
}

impl PlainConnection {
    async fn open(url: &str) -> Result<Self, Failure> {
        // The error may contain the URL with its password.
        let config: tokio_postgres::Config = url
            .parse()
            .map_err(|_: Error| Failure::new(FailureKind::Permanent, "the URL is invalid"))?;
        let (client, connection) = config.connect(NoTls).await?;
        let driver = Some(tokio::spawn(connection));
        let mut connection = Self { client, driver };
        // The times of a table with columns of the type `timestamp` are in UTC. Poolers restore the
        // time zone of a client on each server connection.
        let done = connection.client.batch_execute("SET TIME ZONE 'UTC'").await;
        connection.explained(done).await?;
        Ok(connection)
    }

    async fn find_table(&self, query: &str) -> Result<Option<ExistingTable>, Error> {
        let found = self.client.query_typed_opt(query, &[]).await?;
        let Some(row) = found else {
            return Ok(None);
        };
        Ok(Some(ExistingTable {
            found_columns: row.try_get("found_columns")?,
            has_unique_id: row.try_get("has_unique_id")?,
        }))
    }

    async fn merge(&self, table: &str, batch: &[ClientActivity]) -> Result<(), Error> {
        let client_ids: Vec<_> = batch.iter().map(|client| &*client.client_id).collect();
        let firsts: Vec<_> = batch
            .iter()
            .map(|client| system_time(client.first_seen_at))
            .collect();
        let lasts: Vec<_> = batch
            .iter()
            .map(|client| system_time(client.last_seen_at))
            .collect();
        let parameters: [TypedParameter<'_>; 3] = [
            (&client_ids, Type::TEXT_ARRAY),
            (&firsts, Type::TIMESTAMPTZ_ARRAY),
            (&lasts, Type::TIMESTAMPTZ_ARRAY),
        ];
        let statement = merge_statement(table);
        let merged = self.client.execute_typed(&statement, &parameters).await;
        merged.map(drop)
    }

    async fn list(&self, listing: &Listing) -> Result<(Vec<ListedRow>, Count), Error> {
        let count = self
            .client
            .query_typed_one(&listing.count, &[(&listing.pattern, Type::TEXT)])
            .await?;
        let parameters: [TypedParameter<'_>; 3] = [
            (&listing.pattern, Type::TEXT),
            (&listing.limit, Type::INT8),
            (&listing.offset, Type::INT8),
        ];
        let rows = self.client.query_typed(&listing.rows, &parameters).await?;
        let rows: Result<_, Error> = rows
            .iter()
            .map(|row| {
                Ok(ListedRow {
                    client_id: row.try_get("client_id")?,
                    first_seen_micros: row.try_get("first_seen_micros")?,
                    last_seen_micros: row.try_get("last_seen_micros")?,
                })
            })
            .collect();
        Ok((
            rows?,
            Count {
                total: count.try_get("total")?,
            },
        ))
    }

    /// Replaces the error of an ended connection with the reason why it ended.
    async fn explained<T>(&mut self, result: Result<T, Error>) -> Result<T, Failure> {
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

/// Converts a timestamp. Times after the year 9999 are clamped to it.
fn system_time(timestamp: Timestamp) -> SystemTime {
    const END_OF_9999_MICROS: u64 = 253_402_300_799_999_999;
    let since_epoch = Duration::from_micros(timestamp.as_micros().min(END_OF_9999_MICROS));
    let time = SystemTime::UNIX_EPOCH.checked_add(since_epoch);
    time.unwrap_or(SystemTime::UNIX_EPOCH)
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

impl StoreConnection for AsyncPgConnection {
    async fn open(url: &str) -> Result<Self, ActivityError> {
        use diesel_async::AsyncConnection as _;

        let opened = Self::establish(url).await;
        opened.map_err(|error| Failure::from(error).of_connection())
    }

    diesel_methods! {}

    async fn merge(&mut self, table: &str, batch: &[ClientActivity]) -> Result<(), Failure> {
        let client_ids: Vec<_> = batch.iter().map(|client| &*client.client_id).collect();
        let firsts: Vec<_> = batch
            .iter()
            .map(|client| pg_timestamp(client.first_seen_at))
            .collect();
        let lasts: Vec<_> = batch
            .iter()
            .map(|client| pg_timestamp(client.last_seen_at))
            .collect();
        diesel::sql_query(merge_statement(table))
            .bind::<Array<Text>, _>(client_ids)
            .bind::<Array<Timestamptz>, _>(firsts)
            .bind::<Array<Timestamptz>, _>(lasts)
            .execute(self)
            .await?;
        Ok(())
    }
}

/// Converts a timestamp to PostgreSQL's epoch, the start of the year 2000.
fn pg_timestamp(timestamp: Timestamp) -> PgTimestamp {
    const PG_EPOCH_MICROS: i64 = 946_684_800_000_000;
    let micros = i64::try_from(timestamp.as_micros()).unwrap_or(i64::MAX);
    PgTimestamp(micros.saturating_sub(PG_EPOCH_MICROS))
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
    fn latest_timestamp_is_the_end_of_the_year_9999() {
        let since_epoch = |micros| {
            system_time(Timestamp::from_micros(micros))
                .duration_since(SystemTime::UNIX_EPOCH)
                .expect("a time after 1970")
        };
        assert_eq!(since_epoch(u64::MAX).as_secs(), 253_402_300_799);
        assert_eq!(since_epoch(1_000_042), Duration::from_micros(1_000_042));
    }
}
