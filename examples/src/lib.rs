//! Code shared by the example programs: a database selected by a URL, and a user table.

pub mod database;
pub mod legacy_user;

pub use database::{Database, DatabaseError, DatabaseUrl};
pub use legacy_user::LegacyUser;
