use std::time::{Duration, SystemTime};

use diesel::pg::Pg;
use diesel::pg::data_types::PgTimestamp;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tokio_postgres::types::Type;
use tokio_postgres::{Error, Row};

use super::connection::{StoreConnection, diesel_methods};
use super::existing_table::ExistingTable;
use super::listing::{Count, ListedRow, Listing};
use super::precision::Precision;
use super::statements::Statements;
use super::stored::StoredRow;
use crate::activity::{ClientActivity, Timestamp};
use crate::database::{Failure, PgConnection, PlainConnection, TypedParameter};

impl StoreConnection for PgConnection {
    async fn find_table(&mut self, query: &str) -> Result<Option<ExistingTable>, Failure> {
        match self {
            Self::Plain(connection) => {
                let found = connection.find_table(query).await;
                connection.explained(found).await
            }
            Self::Custom(connection) => connection.find_table(query).await,
        }
    }

    async fn merge(
        &mut self,
        table: &str,
        batch: &[ClientActivity],
        precision: Precision,
    ) -> Result<(), Failure> {
        match self {
            Self::Plain(connection) => {
                let merged = connection.merge(table, batch, precision).await;
                connection.explained(merged).await
            }
            Self::Custom(connection) => connection.merge(table, batch, precision).await,
        }
    }

    async fn stored(
        &mut self,
        statements: &Statements,
        client_ids: &[Box<str>],
    ) -> Result<Vec<StoredRow>, Failure> {
        match self {
            Self::Plain(connection) => {
                let stored = connection.stored(statements, client_ids).await;
                connection.explained(stored).await
            }
            Self::Custom(connection) => connection.stored(statements, client_ids).await,
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

/// The condition that selects the rows of the clients in the array `$1`.
const IS_ONE_OF: &str = "= ANY($1)";

/// Returns the statement that merges a batch. The arrays make its text independent of the batch size.
///
/// `$4` is the precision in microseconds. A row with a time that is null is updated.
fn merge_statement(table: &str, precision: Precision) -> String {
    let condition = if precision.is_zero() {
        ""
    } else {
        "WHERE (known.last_seen_at <= excluded.last_seen_at - $4 * interval '1 microsecond'
            OR excluded.first_seen_at < known.first_seen_at) IS NOT FALSE"
    };
    format!(
        "INSERT INTO {table} AS known (client_id, first_seen_at, last_seen_at)
         SELECT * FROM unnest($1, $2, $3)
         ON CONFLICT (client_id) DO UPDATE SET
         first_seen_at = LEAST(known.first_seen_at, excluded.first_seen_at),
         last_seen_at = GREATEST(known.last_seen_at, excluded.last_seen_at)
         {condition}"
    )
}

impl PlainConnection {
    async fn find_table(&self, query: &str) -> Result<Option<ExistingTable>, Error> {
        let found = self.client.query_typed_opt(query, &[]).await?;
        let Some(row) = found else {
            return Ok(None);
        };
        Ok(Some(ExistingTable {
            found_columns: row.try_get("found_columns")?,
            has_unique_id: row.try_get("has_unique_id")?,
            last_seen_index: row.try_get("last_seen_index")?,
        }))
    }

    async fn merge(
        &self,
        table: &str,
        batch: &[ClientActivity],
        precision: Precision,
    ) -> Result<(), Error> {
        let client_ids: Vec<_> = batch.iter().map(|client| &*client.client_id).collect();
        let firsts: Vec<_> = batch
            .iter()
            .map(|client| system_time(client.first_seen_at))
            .collect();
        let lasts: Vec<_> = batch
            .iter()
            .map(|client| system_time(client.last_seen_at))
            .collect();
        let micros = precision.as_micros();
        let mut parameters: Vec<TypedParameter<'_>> = vec![
            (&client_ids, Type::TEXT_ARRAY),
            (&firsts, Type::TIMESTAMPTZ_ARRAY),
            (&lasts, Type::TIMESTAMPTZ_ARRAY),
        ];
        if !precision.is_zero() {
            parameters.push((&micros, Type::INT8));
        }
        let statement = merge_statement(table, precision);
        let merged = self.client.execute_typed(&statement, &parameters).await;
        merged.map(drop)
    }

    async fn stored(
        &self,
        statements: &Statements,
        client_ids: &[Box<str>],
    ) -> Result<Vec<StoredRow>, Error> {
        let query = statements.stored(IS_ONE_OF);
        let client_ids: Vec<_> = client_ids.iter().map(|id| &**id).collect();
        let parameters: [TypedParameter<'_>; 1] = [(&client_ids, Type::TEXT_ARRAY)];
        let rows = self.client.query_typed(&query, &parameters).await?;
        rows.iter().map(listed_row).collect()
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
        let rows: Result<_, Error> = rows.iter().map(listed_row).collect();
        Ok((
            rows?,
            Count {
                total: count.try_get("total")?,
            },
        ))
    }
}

fn listed_row(row: &Row) -> Result<ListedRow, Error> {
    Ok(ListedRow {
        client_id: row.try_get("client_id")?,
        first_seen_micros: row.try_get("first_seen_micros")?,
        last_seen_micros: row.try_get("last_seen_micros")?,
    })
}

/// Converts a timestamp. Times after the year 9999 are clamped to it.
fn system_time(timestamp: Timestamp) -> SystemTime {
    const END_OF_9999_MICROS: u64 = 253_402_300_799_999_999;
    let since_epoch = Duration::from_micros(timestamp.as_micros().min(END_OF_9999_MICROS));
    let time = SystemTime::UNIX_EPOCH.checked_add(since_epoch);
    time.unwrap_or(SystemTime::UNIX_EPOCH)
}

impl StoreConnection for AsyncPgConnection {
    diesel_methods! {}

    async fn merge(
        &mut self,
        table: &str,
        batch: &[ClientActivity],
        precision: Precision,
    ) -> Result<(), Failure> {
        let client_ids: Vec<_> = batch.iter().map(|client| &*client.client_id).collect();
        let firsts: Vec<_> = batch
            .iter()
            .map(|client| pg_timestamp(client.first_seen_at))
            .collect();
        let lasts: Vec<_> = batch
            .iter()
            .map(|client| pg_timestamp(client.last_seen_at))
            .collect();
        let mut merge = diesel::sql_query(merge_statement(table, precision))
            .into_boxed::<Pg>()
            .bind::<Array<Text>, _>(client_ids)
            .bind::<Array<Timestamptz>, _>(firsts)
            .bind::<Array<Timestamptz>, _>(lasts);
        if !precision.is_zero() {
            merge = merge.bind::<BigInt, _>(precision.as_micros());
        }
        merge.execute(self).await?;
        Ok(())
    }

    async fn stored(
        &mut self,
        statements: &Statements,
        client_ids: &[Box<str>],
    ) -> Result<Vec<StoredRow>, Failure> {
        let client_ids: Vec<_> = client_ids.iter().map(|id| &**id).collect();
        let query = diesel::sql_query(statements.stored(IS_ONE_OF));
        Ok(query.bind::<Array<Text>, _>(client_ids).load(self).await?)
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
