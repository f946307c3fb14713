//! The bridge to the users of before, while clients move to Cognito.

use cognito_m2m::{CognitoAuthBuilder, user_mapper, users::UserMapper};
use cognito_m2m_examples::{Database, LegacyUser, legacy_user::legacy_users, with_connections};

/// Finds the user of a client by its client id, where `COGNITO_M2M_USER_MAPPING_ENABLED` says so.
///
/// The clients of further user pools are nobody here: their client ids are others' to choose.
pub(crate) fn mapped(auth: CognitoAuthBuilder, database: &Database) -> CognitoAuthBuilder {
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
