use std::fmt;
use std::sync::Arc;

use diesel::pg::data_types::PgTimestamp;
use diesel::sql_types::{Array, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::listing::Dialect;
use super::session::{Connecting, Session, reader};
use super::statements::Statements;
use crate::activity::{
    ActivityError, ActivityReader, ActivityStore, ClientActivity, StoreFuture, TableName, Timestamp,
};

/// Client activity in PostgreSQL.
///
/// It has one connection of its own, and needs no C library.
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
pub struct PostgresActivity(Session<AsyncPgConnection>);

const UP: &str = include_str!(
    "../../../migrations/postgres/2000-01-01-000000_create_service_client_activity/up.sql"
);

const NOTE_MIGRATION: &str = "
CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (
    version VARCHAR(50) PRIMARY KEY NOT NULL,
    run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO __diesel_schema_migrations (version) VALUES ('20000101000000') ON CONFLICT DO NOTHING;
";

impl PostgresActivity {
    /// Keeps it in the database of this URL. Nothing is opened yet.
    pub fn new(url: impl Into<String>) -> Self {
        Self(Session::new(
            url.into(),
            Statements::new('"', UP, NOTE_MIGRATION),
        ))
    }

    /// Keeps it in another table, such as the one of a Django app that ran here before.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::activity::{PostgresActivity, TableName};
    ///
    /// let django = TableName::new("django_cognito_m2m_serviceclientactivity")?;
    /// let activity = PostgresActivity::new("postgres://api@db.example/api").table(django);
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
    /// use cognito_m2m::activity::PostgresActivity;
    /// use diesel::ConnectionResult;
    /// use diesel_async::{AsyncConnection, AsyncPgConnection};
    ///
    /// async fn connect(url: &str) -> ConnectionResult<AsyncPgConnection> {
    ///     // Here `tokio_postgres::connect(url, tls)`, and `AsyncPgConnection::try_from(client)`.
    ///     AsyncPgConnection::establish(url).await
    /// }
    ///
    /// let activity = PostgresActivity::new("postgres://api@db.example/api?sslmode=require")
    ///     .connect_with(|url| Box::pin(connect(url)));
    /// ```
    #[must_use]
    pub fn connect_with(
        mut self,
        connect: impl Fn(&str) -> Connecting<'_, AsyncPgConnection> + Send + Sync + 'static,
    ) -> Self {
        self.0.set_connect(connect);
        self
    }

    /// What the list for operators is read from: the same table, over a connection for each list.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::activity::PostgresActivity;
    /// use cognito_m2m::{ClientActivityList, Policy};
    ///
    /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let activity = PostgresActivity::new("postgres://api@db.example/api");
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
        // One at a time: `IF NOT EXISTS` fails where two create the same table at once.
        let migration = self.0.place().statements.migrate();
        let locked = format!("BEGIN; SELECT pg_advisory_xact_lock(20000101); {migration} COMMIT;");
        self.0.run_apart(&locked).await
    }

    async fn merge(&mut self, batch: &[ClientActivity]) -> Result<(), ActivityError> {
        let mut connection = self.0.take().await?;
        let table = self.0.place().statements.table();
        // One statement whatever the size of the batch.
        let insert = diesel::sql_query(format!(
            "INSERT INTO {table} AS known (client_id, first_seen_at, last_seen_at)
             SELECT * FROM unnest($1, $2, $3)
             ON CONFLICT (client_id) DO UPDATE SET
             first_seen_at = LEAST(known.first_seen_at, excluded.first_seen_at),
             last_seen_at = GREATEST(known.last_seen_at, excluded.last_seen_at)"
        ));
        let client_ids: Vec<_> = batch.iter().map(|seen| &*seen.client_id).collect();
        let firsts: Vec<_> = batch
            .iter()
            .map(|seen| timestamp(seen.first_seen_at))
            .collect();
        let lasts: Vec<_> = batch
            .iter()
            .map(|seen| timestamp(seen.last_seen_at))
            .collect();
        let written = insert
            .bind::<Array<Text>, _>(client_ids)
            .bind::<Array<Timestamptz>, _>(firsts)
            .bind::<Array<Timestamptz>, _>(lasts)
            .execute(&mut connection)
            .await;
        written.map_err(|error| ActivityError::Statement(error.into()))?;
        self.0.keep(connection);
        Ok(())
    }
}

/// PostgreSQL counts from the year 2000.
fn timestamp(timestamp: Timestamp) -> PgTimestamp {
    const EPOCH: i64 = 946_684_800_000_000;
    let micros = i64::try_from(timestamp.as_micros()).unwrap_or(i64::MAX);
    PgTimestamp(micros.saturating_sub(EPOCH))
}

impl ActivityStore for PostgresActivity {
    fn check(&mut self) -> StoreFuture<'_> {
        Box::pin(self.0.check())
    }

    fn write(&mut self, batch: Arc<[ClientActivity]>) -> StoreFuture<'_> {
        Box::pin(async move { self.merge(&batch).await })
    }
}

/// PostgreSQL before 14 makes a floating number of an epoch; it holds microseconds for centuries.
const DIALECT: Dialect = Dialect {
    placeholders: ["$1", "$2", "$3"],
    micros: "round(extract(epoch FROM {}) * 1000000)::bigint",
};

reader!(AsyncPgConnection, DIALECT);

impl fmt::Debug for PostgresActivity {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresActivity").finish_non_exhaustive()
    }
}
