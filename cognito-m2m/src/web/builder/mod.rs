//! The builder of `CognitoAuth`. It checks the settings and starts the background tasks.

mod activity;
#[expect(
    clippy::module_inception,
    reason = "the file holds `CognitoAuthBuilder` itself"
)]
mod builder;
mod cutoffs;
mod error;
mod report_only;
mod startup_log;
mod users;
mod validator;

pub use builder::CognitoAuthBuilder;
pub use error::BuildError;
