use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tokio::task::AbortHandle;
use tokio_postgres::types::Type;
use tokio_postgres::{Error, SimpleQueryMessage, SimpleQueryRow};

use super::connection::CutoffConnection;
use super::rows::Row;
use super::stored_cutoff::{StoredCutoff, StoredIds};
use crate::activity::Timestamp;
use crate::database::{
    DatabaseConnection, Failure, PgConnection, PlainConnection, TypedParameter,
    create_migrations_table,
};

/// Limits the statements of a transaction. The limits end with the transaction, because a pooler gives
/// the server connection to other programs.
macro_rules! begin {
    ($mode:literal) => {
        concat!(
            "BEGIN ",
            $mode,
            "; SET LOCAL lock_timeout = '3s'; SET LOCAL statement_timeout = '4s';"
        )
    };
}

/// Selects the columns of [`Row`]. Infinite times are those at the ends of the range. Before PostgreSQL
/// 14, `extract` returns a floating-point number, which is exact to the microsecond for centuries.
macro_rules! select {
    () => {
        "SELECT client_id::text AS client_id,
            CASE tokens_issued_before
                WHEN 'infinity' THEN 9223372036854775807
                WHEN '-infinity' THEN -9223372036854775808
                ELSE ceil(extract(epoch FROM tokens_issued_before))::bigint
            END AS issued_before_secs,
            reason::text AS reason,
            CASE WHEN set_at BETWEEN '1970-01-01' AND '9999-12-31'
                THEN round(extract(epoch FROM set_at) * 1000000)::bigint
            END AS set_at_micros
         FROM service_client_cutoff"
    };
}

const SELECT: &str = select!();

/// A message with a whole transaction, which needs one round trip and no prepared statement.
const READ: &str = concat!(begin!("READ ONLY"), select!(), "; COMMIT");

const BEGIN_READ: &str = begin!("READ ONLY");
const BEGIN_WRITE: &str = begin!("READ WRITE");
const COMMIT: &str = "COMMIT";

const SET: &str = "
    WITH other AS (DELETE FROM service_client_cutoff WHERE client_id = $2)
    INSERT INTO service_client_cutoff (client_id, tokens_issued_before, reason, set_at)
    VALUES ($1, to_timestamp($3::float8 / 1000000), $4, to_timestamp($5::float8 / 1000000))
    ON CONFLICT (client_id) DO UPDATE SET
    tokens_issued_before = excluded.tokens_issued_before,
    reason = excluded.reason,
    set_at = excluded.set_at";

const LIFT: &str = "DELETE FROM service_client_cutoff WHERE client_id IN ($1, $2)";

impl CutoffConnection for PgConnection {
    /// It takes a lock first, because `IF NOT EXISTS` fails if two sessions create the same table at
    /// the same time. The activity store takes the same lock, because both create Diesel's table.
    const MIGRATION: &'static str = concat!(
        "BEGIN; SELECT pg_advisory_xact_lock(20000101); ",
        include_str!(
            "../../../migrations/postgres/2000-01-03-000000_create_service_client_cutoff/up.sql"
        ),
        create_migrations_table!(),
"INSERT INTO __diesel_schema_migrations (version) VALUES ('20000103000000') ON CONFLICT DO NOTHING;
COMMIT;"
    );

    async fn set_up(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    async fn read(&mut self) -> Result<Vec<Row>, Failure> {
        match self {
            Self::Plain(connection) => {
                let read = connection.read().await;
                connection.explained(read).await
            }
            Self::Custom(connection) => {
                connection.run(BEGIN_READ).await?;
                let rows = diesel::sql_query(SELECT).load(connection).await?;
                connection.run(COMMIT).await?;
                Ok(rows)
            }
        }
    }

    async fn set(&mut self, cutoff: &StoredCutoff) -> Result<(), Failure> {
        self.run(BEGIN_WRITE).await?;
        match self {
            Self::Plain(connection) => {
                let set = connection.set(cutoff).await;
                connection.explained(set).await?;
            }
            Self::Custom(connection) => set(connection, cutoff).await?,
        }
        self.run(COMMIT).await
    }

    async fn lift(&mut self, ids: &StoredIds) -> Result<bool, Failure> {
        self.run(BEGIN_WRITE).await?;
        let deleted = match self {
            Self::Plain(connection) => {
                let lifted = connection.lift(ids).await;
                connection.explained(lifted).await?
            }
            Self::Custom(connection) => {
                let delete = diesel::sql_query(LIFT)
                    .bind::<Text, _>(&ids.id)
                    .bind::<Text, _>(&ids.id_with_pool);
                u64::try_from(delete.execute(connection).await?).unwrap_or(u64::MAX)
            }
        };
        self.run(COMMIT).await?;
        Ok(deleted > 0)
    }

    fn driver(&self) -> Option<AbortHandle> {
        match self {
            Self::Plain(connection) => connection.driver(),
            Self::Custom(_) => None,
        }
    }
}

impl PlainConnection {
    async fn read(&self) -> Result<Vec<Row>, Error> {
        let messages = self.client.simple_query(READ).await?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(simple_row(row)),
            _ => None,
        });
        rows.collect()
    }

    async fn set(&self, cutoff: &StoredCutoff) -> Result<(), Error> {
        let [issued_before, set_at] = [cutoff.issued_before, cutoff.set_at].map(micros);
        let parameters: [TypedParameter<'_>; 5] = [
            (&cutoff.ids.id, Type::TEXT),
            (&cutoff.ids.id_with_pool, Type::TEXT),
            (&issued_before, Type::INT8),
            (&cutoff.reason, Type::TEXT),
            (&set_at, Type::INT8),
        ];
        self.client.execute_typed(SET, &parameters).await.map(drop)
    }

    async fn lift(&self, ids: &StoredIds) -> Result<u64, Error> {
        let parameters: [TypedParameter<'_>; 2] =
            [(&ids.id, Type::TEXT), (&ids.id_with_pool, Type::TEXT)];
        self.client.execute_typed(LIFT, &parameters).await
    }
}

async fn set(connection: &mut AsyncPgConnection, cutoff: &StoredCutoff) -> Result<(), Failure> {
    diesel::sql_query(SET)
        .bind::<Text, _>(&cutoff.ids.id)
        .bind::<Text, _>(&cutoff.ids.id_with_pool)
        .bind::<BigInt, _>(micros(cutoff.issued_before))
        .bind::<Text, _>(&cutoff.reason)
        .bind::<BigInt, _>(micros(cutoff.set_at))
        .execute(connection)
        .await?;
    Ok(())
}

fn micros(timestamp: Timestamp) -> i64 {
    i64::try_from(timestamp.as_micros()).unwrap_or(i64::MAX)
}

fn simple_row(row: &SimpleQueryRow) -> Result<Row, Error> {
    let number = |column| Ok::<_, Error>(row.try_get(column)?.and_then(|text| text.parse().ok()));
    Ok(Row {
        client_id: row.try_get("client_id")?.map(str::to_owned),
        issued_before_secs: number("issued_before_secs")?,
        reason: row.try_get("reason")?.map(str::to_owned),
        set_at_micros: number("set_at_micros")?,
    })
}
