//! Maps clients to users in a table from before Cognito.

use cognito_m2m::{CognitoAuthBuilder, user_mapper, users::UserMapper};

use crate::{Database, LegacyUser, legacy_user::legacy_users, with_connections};

/// Maps a client to the user whose name is its client ID.
///
/// The mapper is used if `COGNITO_M2M_USER_MAPPING_ENABLED` is `true`. It serves the default pool
/// only: the owner of another pool could choose a client ID that equals a user name.
pub fn with_mapper(auth: CognitoAuthBuilder, database: &Database) -> CognitoAuthBuilder {
    with_connections!(database, connections => auth.user_mapper(
        user_mapper!(
            connections.clone(),
            LegacyUser,
            client_id => legacy_users::username,
            active = legacy_users::is_active
        )
        .serving(["default"])
    ))
}
