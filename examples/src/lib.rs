//! Code shared by the example programs: a database selected by a URL, a user table, and the API of the demo
//! application.

pub mod database;
pub mod legacy_user;
pub mod widgets;

pub use database::{Database, DatabaseError, DatabaseUrl};
pub use legacy_user::LegacyUser;
