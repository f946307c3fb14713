//! The users of the time before Cognito: a table and a model such as a team has them.

use diesel::prelude::*;

diesel::table! {
    /// Who could call before.
    legacy_users (id) {
        /// The key.
        id -> BigInt,
        /// What a client of today has as its client id.
        username -> Text,
        /// Whom to write to.
        email -> Nullable<Text>,
        /// Whether it may still call.
        is_active -> Bool,
    }
}

/// A user, as handlers see it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = legacy_users)]
pub struct LegacyUser {
    /// What a client of today has as its client id.
    pub username: String,
    /// Whom to write to.
    pub email: Option<String>,
}
