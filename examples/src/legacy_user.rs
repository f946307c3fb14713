//! A user table from before Cognito, with its Diesel model.

use diesel::prelude::*;

diesel::table! {
    /// The users of the API.
    legacy_users (id) {
        /// The primary key.
        id -> BigInt,
        /// The name, which is also the client ID of the user's app client.
        username -> Text,
        /// The address for mail.
        email -> Nullable<Text>,
        /// `false` for users that must no longer call.
        is_active -> Bool,
    }
}

/// A user, as handlers see it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = legacy_users)]
pub struct LegacyUser {
    /// The name, which is also the client ID of the user's app client.
    pub username: String,
    /// The address for mail.
    pub email: Option<String>,
}
