use diesel_async::AsyncPgConnection;

use super::network_store::impl_network_store;
use super::session::Session;
use crate::database::PgConnection;

/// A cut-off store in PostgreSQL.
///
/// It opens its own connections and does not need a C library. The periodic reads use one connection.
/// Every other call opens a connection and closes it afterwards.
///
/// A row that is written by hand has the same effect as [`set`](crate::cutoff::CutoffStore::set).
/// `'infinity'` shuts the client out permanently:
///
/// ```sql
/// INSERT INTO service_client_cutoff (client_id, tokens_issued_before) VALUES ('sync-worker', now());
/// ```
///
/// # Examples
///
/// ```no_run
/// use cognito_m2m::cutoff::PostgresCutoffs;
/// use cognito_m2m::{ClientCutoffs, Policy};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let cutoffs = PostgresCutoffs::new("postgres://api@db.example/api");
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
/// use cognito_m2m::cutoff::PostgresCutoffs;
/// use diesel::ConnectionResult;
/// use diesel_async::{AsyncConnection, AsyncPgConnection};
///
/// async fn connect(url: &str) -> ConnectionResult<AsyncPgConnection> {
///     // For TLS, call `tokio_postgres::connect` and pass the client to
///     // `AsyncPgConnection::try_from`.
///     AsyncPgConnection::establish(url).await
/// }
///
/// let cutoffs = PostgresCutoffs::new("postgres://api@db.example/api?sslmode=require")
///     .connect_with(|url| Box::pin(connect(url)));
/// ```
///
/// # Does it work behind PgBouncer?
///
/// Yes. The connections that the store opens by itself use no named prepared statements, and their
/// time-outs end with each transaction. With statement pooling, which permits no transactions of several
/// statements, reads work, but `set` and `lift` fail: write the rows in SQL. For
/// [`connect_with`](Self::connect_with), see
/// [`PostgresActivity`](crate::activity::PostgresActivity#does-it-work-behind-pgbouncer).
#[derive(Clone)]
pub struct PostgresCutoffs(Session<PgConnection>);

impl_network_store! {
    PostgresCutoffs,
    connection = AsyncPgConnection,
}
