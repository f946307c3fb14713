//! The inventory of an app: its endpoints, and tests of them.
//!
//! The app runs in this process, without a server. [`app`] builds it and sends requests, [`tree`] and
//! [`path`] find its endpoints, and [`probe`] finds the guards of each. [`listing`] makes an inventory of them,
//! [`authorization`] tests them, and [`command`] is the program.

mod app;
mod authorization;
mod command;
mod found;
mod listing;
mod path;
mod probe;
mod recording_auth;
mod routes;
mod satisfying;
mod tree;

pub use authorization::{AuthorizationTests, check_authorization};
pub use command::main;
pub use path::PathParameterError;
pub use probe::AppRoutesError;
pub use routes::{AppRoutes, CheckError, check_routes_file, routes_of};
