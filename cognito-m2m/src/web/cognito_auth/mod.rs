//! `CognitoAuth` and the state that its clones share.

mod auth;
mod cutoff_health;
mod health;
mod prefetch_error;
mod reported_routes;
mod serialize_seconds;
mod state;
mod worker;

pub use auth::CognitoAuth;
pub use cutoff_health::CutoffHealth;
pub use health::{Health, KeySourceHealth, PoolHealth};
pub use prefetch_error::PrefetchError;
pub(super) use reported_routes::ReportedRoutes;
pub(super) use state::{State, Validation};
pub(super) use worker::{Caller, WorkerState};
