use diesel::QueryResult;
use diesel::mysql::Mysql;
use diesel::sql_types::Text;
use diesel_async::{AsyncMysqlConnection, RunQueryDsl};

use super::listing::Dialect;
use super::network_store::impl_network_store;
use super::session::Session;
use super::statements::Statements;
use crate::activity::ClientActivity;

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
pub struct MysqlActivity(Session<AsyncMysqlConnection>);

impl_network_store! {
    MysqlActivity,
    AsyncMysqlConnection,
    url = "mysql://api@db.example/api",
    statements = Statements::new('`', UP, RECORD_MIGRATION),
    dialect = DIALECT,
    migration = Statements::migrate,
    insert = insert,
}

const UP: &str = include_str!(
    "../../../migrations/mysql/2000-01-01-000000_create_service_client_activity/up.sql"
);

const RECORD_MIGRATION: &str = "
CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
    version VARCHAR(50) PRIMARY KEY NOT NULL,
    run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT IGNORE INTO __diesel_schema_migrations (version) VALUES ('20000101000000');
";

const DIALECT: Dialect = Dialect {
    placeholders: ["?", "?", "?"],
    micros: "timestampdiff(MICROSECOND, '1970-01-01', {})",
};

/// Inserts or merges a batch.
///
/// Times are bound as text, because MySQL stores the text of a `DATETIME` without converting it
/// between time zones.
async fn insert(
    connection: &mut AsyncMysqlConnection,
    table: &str,
    batch: &[ClientActivity],
) -> QueryResult<usize> {
    let rows = vec!["(?, ?, ?)"; batch.len()].join(", ");
    let mut insert = diesel::sql_query(format!(
        "INSERT INTO {table} (client_id, first_seen_at, last_seen_at) VALUES {rows}
         ON DUPLICATE KEY UPDATE
         first_seen_at = LEAST(first_seen_at, VALUES(first_seen_at)),
         last_seen_at = GREATEST(last_seen_at, VALUES(last_seen_at))"
    ))
    .into_boxed::<Mysql>();
    for client in batch {
        insert = insert
            .bind::<Text, _>(client.client_id.to_string())
            .bind::<Text, _>(client.first_seen_at.to_string())
            .bind::<Text, _>(client.last_seen_at.to_string());
    }
    insert.execute(connection).await
}
