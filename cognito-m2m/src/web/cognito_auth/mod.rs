//! `CognitoAuth` and the state that its clones share.

mod auth;
mod health;
mod prefetch_error;
mod reported_routes;
mod state;

pub use auth::CognitoAuth;
pub use health::{Health, KeySourceHealth, PoolHealth};
pub use prefetch_error::PrefetchError;
pub(super) use reported_routes::ReportedRoutes;
pub(super) use state::{State, Validation, WorkerState};
