//! `CognitoAuth` and the state that its clones share.

mod auth;
mod health;
mod state;

pub use auth::CognitoAuth;
pub use health::{Health, PoolHealth};
pub(super) use state::{State, Validation, WorkerState};
