//! Client activity, stored in the database of the widgets: when each client was first and last
//! seen.

use std::sync::Arc;

use super::problem::Problem;
use crate::DatabaseUrl;
use actix_web::{
    Error,
    body::MessageBody,
    dev::{HttpServiceFactory, ServiceRequest, ServiceResponse},
    middleware::{Next, from_fn},
};
#[cfg(feature = "mysql")]
use cognito_m2m::activity::MysqlActivity;
#[cfg(feature = "postgres")]
use cognito_m2m::activity::PostgresActivity;
use cognito_m2m::{
    ClientActivityPage, CognitoAuthBuilder,
    activity::{ActivityError, ActivityReader, SqliteActivity},
};

/// The reader of the client list.
pub type Clients = Arc<dyn ActivityReader>;

/// Migrates the table of client activity, and adds its store.
///
/// The store is used if `COGNITO_M2M_TRACK_CLIENT_ACTIVITY` is `true`.
///
/// # Errors
///
/// Returns [`ActivityError`] if the migration fails.
pub async fn with_store(
    auth: CognitoAuthBuilder,
    database: &DatabaseUrl,
) -> Result<(CognitoAuthBuilder, Clients), ActivityError> {
    Ok(match database {
        DatabaseUrl::Sqlite(path) => {
            let mut activity = SqliteActivity::new(path);
            activity.migrate().await?;
            let clients = Arc::new(activity.reader());
            (auth.activity_store(activity), clients)
        }
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(url) => {
            let mut activity = PostgresActivity::new(url);
            activity.migrate().await?;
            let clients = Arc::new(activity.reader());
            (auth.activity_store(activity), clients)
        }
        #[cfg(feature = "mysql")]
        DatabaseUrl::Mysql(url) => {
            let mut activity = MysqlActivity::new(url);
            activity.migrate().await?;
            let clients = Arc::new(activity.reader());
            (auth.activity_store(activity), clients)
        }
    })
}

/// Returns the client list as an HTML page, for a browser on this machine.
pub fn page(clients: Clients) -> impl HttpServiceFactory + 'static {
    ClientActivityPage::new("/clients", clients).wrap(from_fn(require_loopback))
}

/// Responds with 404 to other machines. A real application would require a login instead.
async fn require_loopback(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let peer = request
        .peer_addr()
        .map(|address| address.ip().to_canonical());
    if peer.is_some_and(|peer| peer.is_loopback()) {
        next.call(request).await
    } else {
        Err(Problem::NotFound.into())
    }
}
