//! The parts that several example programs share: a database named by a URL, and a user table.

pub mod database;
pub mod legacy_user;

pub use database::{Database, DatabaseError, DatabaseUrl};
pub use legacy_user::LegacyUser;
