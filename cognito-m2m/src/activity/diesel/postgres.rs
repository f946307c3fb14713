use diesel::QueryResult;
use diesel::pg::data_types::PgTimestamp;
use diesel::sql_types::{Array, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::listing::Dialect;
use super::network_store::impl_network_store;
use super::session::Session;
use super::statements::Statements;
use crate::activity::{ClientActivity, Timestamp};

/// An activity store in PostgreSQL.
///
/// It opens its own connections and does not need a C library.
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::activity::PostgresActivity;
/// use cognito_m2m::{CognitoAuth, Settings};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let mut activity = PostgresActivity::new("postgres://api@db.example/api");
/// activity.migrate().await?;
/// let auth = CognitoAuth::builder()
///     .settings(Settings::from_env().track_client_activity(true))
///     .activity_store(activity)
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// With a custom connection:
///
/// ```
/// use cognito_m2m::activity::PostgresActivity;
/// use diesel::ConnectionResult;
/// use diesel_async::{AsyncConnection, AsyncPgConnection};
///
/// async fn connect(url: &str) -> ConnectionResult<AsyncPgConnection> {
///     // For TLS, call `tokio_postgres::connect` and pass the client to
///     // `AsyncPgConnection::try_from`.
///     AsyncPgConnection::establish(url).await
/// }
///
/// let activity = PostgresActivity::new("postgres://api@db.example/api?sslmode=require")
///     .connect_with(|url| Box::pin(connect(url)));
/// ```
pub struct PostgresActivity(Session<AsyncPgConnection>);

impl_network_store! {
    PostgresActivity,
    AsyncPgConnection,
    url = "postgres://api@db.example/api",
    statements = Statements::new('"', UP, RECORD_MIGRATION),
    dialect = DIALECT,
    migration = locked_migration,
    insert = insert,
}

const UP: &str = include_str!(
    "../../../migrations/postgres/2000-01-01-000000_create_service_client_activity/up.sql"
);

const RECORD_MIGRATION: &str = "
CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
    version VARCHAR(50) PRIMARY KEY NOT NULL,
    run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO __diesel_schema_migrations (version) VALUES ('20000101000000') ON CONFLICT DO NOTHING;
";

/// The PostgreSQL dialect. Before PostgreSQL 14, `extract` returns a floating-point number. After
/// rounding, it is exact to the microsecond for centuries.
const DIALECT: Dialect = Dialect {
    placeholders: ["$1", "$2", "$3"],
    micros: "round(extract(epoch FROM {}) * 1000000)::bigint",
};

/// Returns a migration that takes a lock first, because `IF NOT EXISTS` fails if two sessions
/// create the same table at the same time.
fn locked_migration(statements: &Statements) -> String {
    let migration = statements.migrate();
    format!("BEGIN; SELECT pg_advisory_xact_lock(20000101); {migration} COMMIT;")
}

/// Inserts or merges a batch. The arrays make the statement text independent of the batch size.
async fn insert(
    connection: &mut AsyncPgConnection,
    table: &str,
    batch: &[ClientActivity],
) -> QueryResult<usize> {
    let insert = diesel::sql_query(format!(
        "INSERT INTO {table} AS known (client_id, first_seen_at, last_seen_at)
         SELECT * FROM unnest($1, $2, $3)
         ON CONFLICT (client_id) DO UPDATE SET
         first_seen_at = LEAST(known.first_seen_at, excluded.first_seen_at),
         last_seen_at = GREATEST(known.last_seen_at, excluded.last_seen_at)"
    ));
    let client_ids: Vec<_> = batch.iter().map(|client| &*client.client_id).collect();
    let firsts: Vec<_> = batch
        .iter()
        .map(|client| pg_timestamp(client.first_seen_at))
        .collect();
    let lasts: Vec<_> = batch
        .iter()
        .map(|client| pg_timestamp(client.last_seen_at))
        .collect();
    insert
        .bind::<Array<Text>, _>(client_ids)
        .bind::<Array<Timestamptz>, _>(firsts)
        .bind::<Array<Timestamptz>, _>(lasts)
        .execute(connection)
        .await
}

/// Converts a timestamp to PostgreSQL's epoch, the start of the year 2000.
fn pg_timestamp(timestamp: Timestamp) -> PgTimestamp {
    const PG_EPOCH_MICROS: i64 = 946_684_800_000_000;
    let micros = i64::try_from(timestamp.as_micros()).unwrap_or(i64::MAX);
    PgTimestamp(micros.saturating_sub(PG_EPOCH_MICROS))
}
