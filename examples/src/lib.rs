//! What several of the programs share: a database by its URL, and the users that it has from before.

pub mod database;
pub mod legacy_user;

pub use database::{Database, DatabaseError, DatabaseUrl};
pub use legacy_user::LegacyUser;
