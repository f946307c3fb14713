use diesel::sql_types::Text;
use diesel_async::{AsyncMysqlConnection, RunQueryDsl};

use super::connection::CutoffConnection;
use super::network_store::impl_network_store;
use super::rows::Row;
use super::session::Session;
use super::stored_cutoff::{StoredCutoff, StoredIds};
use crate::database::{DatabaseConnection, Failure, create_migrations_table};

/// A cut-off store in MySQL or MariaDB.
///
/// It opens its own connections and does not need a C library. The periodic reads use one connection.
/// Every other call opens a connection and closes it afterwards.
///
/// A row that is written by hand has the same effect as [`set`](crate::cutoff::CutoffStore::set). The
/// times are in UTC. Use `UTC_TIMESTAMP()`, because `NOW()` is in the time zone of the session: in a
/// session west of UTC, the cut-off would be hours too early.
///
/// ```sql
/// INSERT INTO service_client_cutoff (client_id, tokens_issued_before)
///     VALUES ('sync-worker', UTC_TIMESTAMP());
/// ```
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::cutoff::MysqlCutoffs;
/// use cognito_m2m::{ClientCutoffs, Policy};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let cutoffs = MysqlCutoffs::new("mysql://api@db.example/api");
/// cutoffs.migrate().await?;
/// let policy = Policy::scopes(["widgets/admin"])?;
/// let service = ClientCutoffs::new("/admin/cutoffs", cutoffs.clone(), policy);
/// # Ok(())
/// # }
/// ```
///
/// With a custom connection:
///
/// ```
/// use cognito_m2m::cutoff::MysqlCutoffs;
/// use diesel::ConnectionResult;
/// use diesel_async::{AsyncConnection, AsyncMysqlConnection};
///
/// async fn connect(url: &str) -> ConnectionResult<AsyncMysqlConnection> {
///     // For TLS, create a `mysql_async::Conn` and pass it to `AsyncMysqlConnection::try_from`.
///     AsyncMysqlConnection::establish(url).await
/// }
///
/// let cutoffs = MysqlCutoffs::new("mysql://api@db.example/api?require_ssl=true")
///     .connect_with(|url| Box::pin(connect(url)));
/// ```
#[derive(Clone)]
pub struct MysqlCutoffs(Session<AsyncMysqlConnection>);

impl_network_store! {
    MysqlCutoffs,
    connection = AsyncMysqlConnection,
}

/// Makes `TIMESTAMP` columns appear in UTC.
const SET_TIME_ZONE: &str = "SET SESSION time_zone = '+00:00'";

/// Selects the columns of [`Row`]. The difference of a time that is not a date is `NULL`.
const SELECT: &str = "
    SELECT client_id,
        CAST(TIMESTAMPDIFF(SECOND, '1970-01-01', tokens_issued_before)
            + (MICROSECOND(tokens_issued_before) > 0) AS SIGNED) AS issued_before_secs,
        reason,
        TIMESTAMPDIFF(MICROSECOND, '1970-01-01', set_at) AS set_at_micros
    FROM service_client_cutoff";

/// It also replaces the ID, because the collation may ignore blanks at the end of the existing one.
const SET: &str = "
    INSERT INTO service_client_cutoff (client_id, tokens_issued_before, reason, set_at)
    VALUES (?, ?, ?, ?)
    ON DUPLICATE KEY UPDATE
    client_id = VALUES(client_id),
    tokens_issued_before = VALUES(tokens_issued_before),
    reason = VALUES(reason),
    set_at = VALUES(set_at)";

impl CutoffConnection for AsyncMysqlConnection {
    const MIGRATION: &'static str = concat!(
        include_str!(
            "../../../migrations/mysql/2000-01-03-000000_create_service_client_cutoff/up.sql"
        ),
        create_migrations_table!(),
        "INSERT IGNORE INTO __diesel_schema_migrations (version) VALUES ('20000103000000');
"
    );

    async fn set_up(&mut self) -> Result<(), Failure> {
        self.run(SET_TIME_ZONE).await
    }

    async fn read(&mut self) -> Result<Vec<Row>, Failure> {
        Ok(diesel::sql_query(SELECT).load(self).await?)
    }

    /// Times are bound as text, because MySQL stores the text of a `DATETIME` without converting it
    /// between time zones.
    async fn set(&mut self, cutoff: &StoredCutoff) -> Result<(), Failure> {
        diesel::sql_query(SET)
            .bind::<Text, _>(&cutoff.ids.id)
            .bind::<Text, _>(cutoff.issued_before.to_string())
            .bind::<Text, _>(&cutoff.reason)
            .bind::<Text, _>(cutoff.set_at.to_string())
            .execute(self)
            .await?;
        // In this order, the client is never without a cut-off.
        diesel::sql_query("DELETE FROM service_client_cutoff WHERE client_id = ?")
            .bind::<Text, _>(&cutoff.ids.id_with_pool)
            .execute(self)
            .await?;
        Ok(())
    }

    async fn lift(&mut self, ids: &StoredIds) -> Result<bool, Failure> {
        let deleted =
            diesel::sql_query("DELETE FROM service_client_cutoff WHERE client_id IN (?, ?)")
                .bind::<Text, _>(&ids.id)
                .bind::<Text, _>(&ids.id_with_pool)
                .execute(self)
                .await?;
        Ok(deleted > 0)
    }
}
