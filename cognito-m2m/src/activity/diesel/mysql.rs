use diesel::mysql::Mysql;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncMysqlConnection, RunQueryDsl};

use super::connection::{StoreConnection, diesel_methods};
use super::dialect::{Dialect, split};
use super::existing_table::ExistingTable;
use super::listing::{Count, ListedRow, Listing};
use super::network_store::impl_network_store;
use super::precision::Precision;
use super::session::Session;
use super::statements::Statements;
use super::stored::StoredRow;
use crate::activity::{ClientActivity, TableName};
use crate::database::{Failure, create_migrations_table};

/// An activity store in MySQL or MariaDB.
///
/// It opens its own connections and does not need a C library.
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::activity::MysqlActivity;
/// use cognito_m2m::{CognitoAuth, Settings};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let mut activity = MysqlActivity::new("mysql://api@db.example/api");
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
/// use cognito_m2m::activity::MysqlActivity;
/// use diesel::ConnectionResult;
/// use diesel_async::{AsyncConnection, AsyncMysqlConnection};
///
/// async fn connect(url: &str) -> ConnectionResult<AsyncMysqlConnection> {
///     // For TLS, create a `mysql_async::Conn` and pass it to `AsyncMysqlConnection::try_from`.
///     AsyncMysqlConnection::establish(url).await
/// }
///
/// let activity = MysqlActivity::new("mysql://api@db.example/api?require_ssl=true")
///     .connect_with(|url| Box::pin(connect(url)));
/// ```
///
/// # What happens while the table is locked?
///
/// The server ends each statement of the store after it has waited 3 s for a lock. MariaDB also ends
/// statements that run for 4 s, and MySQL only those that read. The store sets `lock_wait_timeout`,
/// `innodb_lock_wait_timeout`, and `max_statement_time` (MariaDB) or `max_execution_time` (MySQL) on each
/// connection, including those of [`connect_with`](Self::connect_with). In MySQL, a statement that writes
/// slowly without waiting for a lock runs to its end.
///
/// A call that is cancelled keeps its connection and waits up to 30 s for the end of the statement. The
/// next call waits for that connection instead of opening another. So each instance has at most one
/// session for writing, however long the table is locked. A write that waits for a full disk or a replica
/// is not limited: after 35 s, another session is opened.
pub struct MysqlActivity(Session<AsyncMysqlConnection>);

impl_network_store! {
    MysqlActivity,
    AsyncMysqlConnection,
    connection = AsyncMysqlConnection,
    url = "mysql://api@db.example/api",
    dialect = &DIALECT,
}

static DIALECT: Dialect = Dialect {
    quote: '`',
    create: "
CREATE TABLE IF NOT EXISTS {table} (
    client_id varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
    first_seen_at datetime(6) NOT NULL,
    last_seen_at datetime(6) NOT NULL
)",
    record_migrations: concat!(create_migrations_table!(), "INSERT IGNORE INTO __diesel_schema_migrations (version) VALUES ('20000101000000'), ('20000102000000');
"),
    migration_frame: ["", ""],
    drop_index: "SET SESSION lock_wait_timeout = 1; DROP INDEX {index} ON {table}",
    record_drop: "
INSERT IGNORE INTO __diesel_schema_migrations (version)
SELECT '20000102000000' FROM __diesel_schema_migrations WHERE version = '20000101000000'",
    find_table,
    time_type: "datetime(6)",
    add_unique: "ALTER TABLE {table} ADD UNIQUE (client_id)",
    placeholders: ["?", "?", "?"],
    micros: "timestampdiff(MICROSECOND, '1970-01-01', {})",
    client_id: "client_id",
};

/// A unique index on a prefix of `client_id` would merge the rows of different clients.
fn find_table(name: &TableName, index: &str) -> String {
    let (schema, table) = split(name);
    let schema = schema.map_or_else(|| "DATABASE()".to_owned(), |schema| format!("'{schema}'"));
    let columns = ExistingTable::COLUMNS_IN_SQL;
    format!(
        "SELECT
            CAST((SELECT GROUP_CONCAT(lower(c.column_name)) FROM information_schema.columns AS c
                WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name
                AND lower(c.column_name) IN ({columns})) AS CHAR) AS found_columns,
            CAST(t.table_type LIKE '%VIEW' OR EXISTS (
                SELECT s.index_name FROM information_schema.statistics AS s
                WHERE s.table_schema = t.table_schema AND s.table_name = t.table_name
                AND s.non_unique = 0
                GROUP BY s.index_name
                HAVING COUNT(*) = 1 AND MAX(lower(s.column_name)) = 'client_id'
                AND MAX(s.sub_part) IS NULL) AS SIGNED) AS has_unique_id,
            CAST((SELECT MAX(CONCAT('`', s.index_name, '`')) FROM information_schema.statistics AS s
                WHERE s.table_schema = t.table_schema AND s.table_name = t.table_name
                AND s.non_unique = 1 AND s.index_name = '{index}'
                HAVING COUNT(*) = 1 AND MAX(lower(s.column_name)) = 'last_seen_at') AS CHAR)
                AS last_seen_index
         FROM information_schema.tables AS t
         WHERE t.table_schema = {schema} AND t.table_name = '{table}'"
    )
}

impl StoreConnection for AsyncMysqlConnection {
    diesel_methods! {}

    /// Times are bound as text, because MySQL stores the text of a `DATETIME` without converting it
    /// between time zones.
    ///
    /// An assignment sees the values of those before it, so `last_seen_at`, whose condition refers to
    /// both columns, is assigned first. A row whose values stay the same is not written.
    async fn merge(
        &mut self,
        table: &str,
        batch: &[ClientActivity],
        precision: Precision,
    ) -> Result<(), Failure> {
        let rows = vec!["(?, ?, ?)"; batch.len()].join(", ");
        let latest = "GREATEST(last_seen_at, VALUES(last_seen_at))";
        let last_seen_at = if precision.is_zero() {
            latest.to_owned()
        } else {
            format!(
                "IF(VALUES(last_seen_at) >= last_seen_at + INTERVAL ? MICROSECOND
                    OR VALUES(first_seen_at) < first_seen_at, {latest}, last_seen_at)"
            )
        };
        let mut insert = diesel::sql_query(format!(
            "INSERT INTO {table} (client_id, first_seen_at, last_seen_at) VALUES {rows}
             ON DUPLICATE KEY UPDATE
             last_seen_at = {last_seen_at},
             first_seen_at = LEAST(first_seen_at, VALUES(first_seen_at))"
        ))
        .into_boxed::<Mysql>();
        for client in batch {
            insert = insert
                .bind::<Text, _>(client.client_id.to_string())
                .bind::<Text, _>(client.first_seen_at.to_string())
                .bind::<Text, _>(client.last_seen_at.to_string());
        }
        if !precision.is_zero() {
            insert = insert.bind::<BigInt, _>(precision.as_micros());
        }
        insert.execute(self).await?;
        Ok(())
    }

    async fn stored(
        &mut self,
        statements: &Statements,
        client_ids: &[Box<str>],
    ) -> Result<Vec<StoredRow>, Failure> {
        let placeholders = vec!["?"; client_ids.len()].join(", ");
        let query = statements.stored(&format!("IN ({placeholders})"));
        let mut query = diesel::sql_query(query).into_boxed::<Mysql>();
        for client_id in client_ids {
            query = query.bind::<Text, _>(client_id.to_string());
        }
        Ok(query.load(self).await?)
    }
}
