use std::fmt;
use std::sync::Arc;

use diesel::mysql::Mysql;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::Text;
use diesel_async::{AsyncMysqlConnection, RunQueryDsl};

use super::listing::Dialect;
use super::session::{Connecting, Session, reader};
use super::statements::Statements;
use crate::activity::{
    ActivityError, ActivityReader, ActivityStore, ClientActivity, StoreFuture, TableName,
};

/// Client activity in MySQL or MariaDB.
///
/// It has one connection of its own, and needs no C library.
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
pub struct MysqlActivity(Session<AsyncMysqlConnection>);

const UP: &str = include_str!(
    "../../../migrations/mysql/2000-01-01-000000_create_service_client_activity/up.sql"
);

const NOTE_MIGRATION: &str = "
CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
    version VARCHAR(50) PRIMARY KEY NOT NULL,
    run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT IGNORE INTO __diesel_schema_migrations (version) VALUES ('20000101000000');
";

impl MysqlActivity {
    /// Keeps it in the database of this URL. Nothing is opened yet.
    pub fn new(url: impl Into<String>) -> Self {
        Self(Session::new(
            url.into(),
            Statements::new('`', UP, NOTE_MIGRATION),
        ))
    }

    /// Keeps it in another table, such as the one of a Django app that ran here before.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::activity::{MysqlActivity, TableName};
    ///
    /// let django = TableName::new("django_cognito_m2m_serviceclientactivity")?;
    /// let activity = MysqlActivity::new("mysql://api@db.example/api").table(django);
    /// # Ok::<(), cognito_m2m::activity::InvalidTableName>(())
    /// ```
    #[must_use]
    pub fn table(mut self, table: TableName) -> Self {
        self.0.set_table(table);
        self
    }

    /// Connects with a function of the team's own: with TLS, or with a password that expires. It
    /// gets the URL, and is what `custom_setup` of `diesel-async` takes.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::activity::MysqlActivity;
    /// use diesel::ConnectionResult;
    /// use diesel_async::{AsyncConnection, AsyncMysqlConnection};
    ///
    /// async fn connect(url: &str) -> ConnectionResult<AsyncMysqlConnection> {
    ///     // Here `mysql_async::Conn::new(..)` with TLS, and `AsyncMysqlConnection::try_from(..)`.
    ///     AsyncMysqlConnection::establish(url).await
    /// }
    ///
    /// let activity = MysqlActivity::new("mysql://api@db.example/api?require_ssl=true")
    ///     .connect_with(|url| Box::pin(connect(url)));
    /// ```
    #[must_use]
    pub fn connect_with(
        mut self,
        connect: impl Fn(&str) -> Connecting<'_, AsyncMysqlConnection> + Send + Sync + 'static,
    ) -> Self {
        self.0.set_connect(connect);
        self
    }

    /// What the list for operators is read from: the same table, over a connection for each list.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::activity::MysqlActivity;
    /// use cognito_m2m::{ClientActivityList, Policy};
    ///
    /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let activity = MysqlActivity::new("mysql://api@db.example/api");
    /// let policy = Policy::scopes(["widgets/admin"])?;
    /// let clients = ClientActivityList::new("/admin/clients", activity.reader(), policy);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn reader(&self) -> impl ActivityReader + use<> {
        Reader(self.0.place().clone())
    }

    /// Creates the table where there is none. It may be called at every start, and leaves no
    /// connection behind.
    ///
    /// # Errors
    ///
    /// [`ActivityError`] when the database can't be reached or refuses.
    pub async fn migrate(&mut self) -> Result<(), ActivityError> {
        let migration = self.0.place().statements.migrate();
        self.0.run_apart(&migration).await
    }

    async fn merge(&mut self, batch: &[ClientActivity]) -> Result<(), ActivityError> {
        let mut connection = self.0.take().await?;
        let written = insert(&self.0.place().statements.table(), batch)
            .execute(&mut connection)
            .await;
        written.map_err(|error| ActivityError::Statement(error.into()))?;
        self.0.keep(connection);
        Ok(())
    }
}

/// Times go as text: MySQL reads them as the column has them, and knows no time zone there.
fn insert(table: &str, batch: &[ClientActivity]) -> BoxedSqlQuery<'static, Mysql, SqlQuery> {
    let rows = vec!["(?, ?, ?)"; batch.len()].join(", ");
    let mut insert = diesel::sql_query(format!(
        "INSERT INTO {table} (client_id, first_seen_at, last_seen_at) VALUES {rows}
         ON DUPLICATE KEY UPDATE
         first_seen_at = LEAST(first_seen_at, VALUES(first_seen_at)),
         last_seen_at = GREATEST(last_seen_at, VALUES(last_seen_at))"
    ))
    .into_boxed::<Mysql>();
    for seen in batch {
        insert = insert
            .bind::<Text, _>(seen.client_id.to_string())
            .bind::<Text, _>(seen.first_seen_at.to_string())
            .bind::<Text, _>(seen.last_seen_at.to_string());
    }
    insert
}

impl ActivityStore for MysqlActivity {
    fn check(&mut self) -> StoreFuture<'_> {
        Box::pin(self.0.check())
    }

    fn write(&mut self, batch: Arc<[ClientActivity]>) -> StoreFuture<'_> {
        Box::pin(async move { self.merge(&batch).await })
    }
}

const DIALECT: Dialect = Dialect {
    placeholders: ["?", "?", "?"],
    micros: "timestampdiff(MICROSECOND, '1970-01-01', {})",
};

reader!(AsyncMysqlConnection, DIALECT);

impl fmt::Debug for MysqlActivity {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MysqlActivity").finish_non_exhaustive()
    }
}
