//! The API of the demo application. The program `widgets` serves it; other programs and tests list its
//! routes.

mod activity;
mod api;
mod operations;
mod problem;
mod store;
mod users;
mod widget_name;

use std::sync::Arc;

use actix_web::web::ServiceConfig;
use cognito_m2m::activity::SqliteActivity;

pub use activity::{Clients, page as clients_page, with_store as with_activity_store};
pub use store::Store;
pub use users::with_mapper as with_user_mapper;

/// Registers the routes. The `App` must be wrapped in `CognitoAuth`, and have a `Data<Store>`.
pub fn routes(app: &mut ServiceConfig, clients: Clients) {
    operations::routes(app, clients);
    api::routes(app);
}

/// Registers the same routes with an empty client list and no [`Store`], to list and test their guards.
pub fn routes_without_data(app: &mut ServiceConfig) {
    routes(app, Arc::new(SqliteActivity::new(":memory:").reader()));
}
