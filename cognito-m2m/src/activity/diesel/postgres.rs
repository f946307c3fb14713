use diesel_async::AsyncPgConnection;

use super::dialect::Dialect;
use super::existing_table::ExistingTable;
use super::network_store::impl_network_store;
use super::session::Session;
use crate::activity::TableName;
use crate::database::{PgConnection, create_migrations_table};

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
///
/// # What happens while the table is locked?
///
/// The server ends each statement of the store after it has waited 3 s for a lock, or after it has run
/// for 4 s. The store sets `lock_timeout` and `statement_timeout` as start-up options of its connections,
/// before the `options` of the URL, which can set other values. For a connection of
/// [`connect_with`](Self::connect_with), it sets them in the transaction of each statement.
///
/// If a call is cancelled nevertheless, the store asks the server to cancel the statement, and waits up to
/// 30 s for its end. (It does not ask for a statement over a connection of `connect_with`, because the
/// request would need the same TLS settings.) The next call waits for that connection instead of opening
/// another. So each instance has at most one session for writing, however long the table is locked.
///
/// # Does it work behind PgBouncer?
///
/// Yes, in every pool mode and version. The connections that the store opens by itself use no named
/// prepared statements, so PgBouncer may run each statement on another server connection. If the pooler
/// rejects or ignores the start-up options, statements run without `lock_timeout` and
/// `statement_timeout`, which would otherwise stay on a server connection that other clients use. A
/// cancelled call then still ends its statement, because poolers forward the request.
///
/// The exception is [`connect_with`](Self::connect_with): `diesel-async` prepares each statement under a
/// name, even if its cache is off. With transaction pooling, these statements fail with
/// `prepared statement "s0" already exists` or `does not exist`. For such connections, do one of these:
///
/// - With PgBouncer 1.21 or later, set `max_prepared_statements = 100` in `pgbouncer.ini`.
/// - With an earlier version, set `pool_mode = session` for this database, or connect to PostgreSQL
///   directly.
///
/// With statement pooling, `connect_with` does not work, because the store starts a transaction.
///
/// Connection pools of `diesel-async` that you pass to `user_mapper!` fail in the same way.
pub struct PostgresActivity(Session<PgConnection>);

impl_network_store! {
    PostgresActivity,
    PgConnection,
    connection = AsyncPgConnection,
    url = "postgres://api@db.example/api",
    dialect = &DIALECT,
}

/// The PostgreSQL dialect.
///
/// A migration takes a lock first, because `IF NOT EXISTS` fails if two sessions create the same table
/// at the same time. It waits longer than other statements, because many instances may start at once.
/// Only one instance at a time tries to drop the index, because the attempt blocks all others that use
/// the table while it waits for its lock.
///
/// Before PostgreSQL 14, `extract` returns a floating-point number. After rounding, it is exact to the microsecond for centuries.
static DIALECT: Dialect = Dialect {
    quote: '"',
    create: "
CREATE TABLE IF NOT EXISTS {table} (
    client_id varchar(255) NOT NULL PRIMARY KEY,
    first_seen_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL
)",
    record_migrations: concat!(create_migrations_table!(), "INSERT INTO __diesel_schema_migrations (version) VALUES ('20000101000000'), ('20000102000000')
    ON CONFLICT DO NOTHING;
"),
    migration_frame: [
        "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '30s';
         SELECT pg_advisory_xact_lock(20000101); ",
        " COMMIT;",
    ],
    drop_index: "
DO $$ BEGIN
    IF pg_try_advisory_xact_lock(20000102, '{table}'::regclass::oid::int) THEN
        SET LOCAL lock_timeout = '1s';
        DROP INDEX IF EXISTS {index};
    END IF;
END $$",
    record_drop: "
INSERT INTO __diesel_schema_migrations (version)
SELECT '20000102000000' FROM __diesel_schema_migrations WHERE version = '20000101000000'
ON CONFLICT DO NOTHING",
    find_table,
    time_type: "timestamptz",
    add_unique: "ALTER TABLE {table} ADD UNIQUE (client_id)",
    placeholders: ["$1", "$2", "$3"],
    micros: "round(extract(epoch FROM {}) * 1000000)::bigint",
    client_id: "known.client_id::text",
};

/// Finds the table that a statement with this name uses, in any schema of the search path.
///
/// `ON CONFLICT (client_id)` needs a unique index that is complete, immediate and on that column alone.
fn find_table(name: &TableName, index: &str) -> String {
    let columns = ExistingTable::COLUMNS_IN_SQL;
    let name = name.quoted('"');
    format!(
        "SELECT
            (SELECT string_agg(a.attname::text, ',') FROM pg_catalog.pg_attribute AS a
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                AND a.attname IN ({columns})) AS found_columns,
            (c.relkind NOT IN ('r', 'p') OR EXISTS (
                SELECT 1 FROM pg_catalog.pg_index AS i
                JOIN pg_catalog.pg_attribute AS a
                    ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
                AND i.indpred IS NULL AND i.indnkeyatts = 1 AND a.attname = 'client_id'
            ))::int::bigint AS has_unique_id,
            (SELECT format('%I.%I', n.nspname, x.relname) FROM pg_catalog.pg_index AS i
                JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
                JOIN pg_catalog.pg_namespace AS n ON n.oid = x.relnamespace
                JOIN pg_catalog.pg_attribute AS a
                    ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                WHERE i.indrelid = c.oid AND x.relname = '{index}'::name AND i.indnatts = 1
                AND NOT i.indisunique AND i.indpred IS NULL AND a.attname = 'last_seen_at'
            ) AS last_seen_index
         FROM pg_catalog.pg_class AS c WHERE c.oid = to_regclass('{name}')"
    )
}
