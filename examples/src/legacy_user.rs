//! A user table from before Cognito, with its Diesel model.

use diesel::prelude::*;

diesel::table! {
    /// The users of the API.
    legacy_users (id) {
        /// The primary key.
        id -> BigInt,
        /// The name, which is also the client ID of the user's app client.
        username -> Text,
        /// The email address.
        email -> Nullable<Text>,
        /// `false` for users that no longer have access.
        is_active -> Bool,
    }
}

/// A user, as seen by handlers.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = legacy_users)]
pub struct LegacyUser {
    /// The name, which is also the client ID of the user's app client.
    pub username: String,
    /// The email address.
    pub email: Option<String>,
}
