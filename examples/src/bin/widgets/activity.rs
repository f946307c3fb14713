//! Which client was first and last seen when, in the database of the widgets.

use std::sync::Arc;

use actix_web::{
    Error,
    body::MessageBody,
    dev::{HttpServiceFactory, ServiceRequest, ServiceResponse},
    middleware::{Next, from_fn},
};
use cognito_m2m::{
    ClientActivityPage, CognitoAuthBuilder,
    activity::{ActivityError, ActivityReader, MysqlActivity, PostgresActivity, SqliteActivity},
};
use cognito_m2m_examples::DatabaseUrl;

use crate::problem::Problem;

/// Where the list of clients is read.
pub(crate) type Clients = Arc<dyn ActivityReader>;

/// Brings the table up to date, for `COGNITO_M2M_TRACK_CLIENT_ACTIVITY` to switch on.
pub(crate) async fn kept(
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
        DatabaseUrl::Postgres(url) => {
            let mut activity = PostgresActivity::new(url);
            activity.migrate().await?;
            let clients = Arc::new(activity.reader());
            (auth.activity_store(activity), clients)
        }
        DatabaseUrl::Mysql(url) => {
            let mut activity = MysqlActivity::new(url);
            activity.migrate().await?;
            let clients = Arc::new(activity.reader());
            (auth.activity_store(activity), clients)
        }
    })
}

/// The list as a page, for a browser on this machine.
pub(crate) fn page(clients: Clients) -> impl HttpServiceFactory + 'static {
    ClientActivityPage::new("/clients", clients).wrap(from_fn(on_this_machine))
}

/// Stands for the login that a team has.
async fn on_this_machine(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let caller = request
        .peer_addr()
        .map(|address| address.ip().to_canonical());
    if caller.is_some_and(|caller| caller.is_loopback()) {
        next.call(request).await
    } else {
        Err(Problem::NotFound.into())
    }
}
