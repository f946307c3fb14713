//! The modes. Each has its own `CognitoAuth`. All use the same Cognito and user table.

use std::time::Duration;

use cognito_m2m::{BuildError, CognitoAuth, Settings, testing::LocalCognito, user_mapper};
use cognito_m2m_examples::{Database, LegacyUser, legacy_user::legacy_users, with_connections};

/// A configuration of user mapping.
#[derive(Clone)]
pub(crate) struct Mode {
    pub(crate) title: &'static str,
    pub(crate) path: &'static str,
    pub(crate) auth: CognitoAuth,
}

/// Returns all modes. A migration away from the user table goes from B to C to A.
pub(crate) fn all(cognito: &LocalCognito, database: &Database) -> Result<[Mode; 4], BuildError> {
    let settings = || {
        Settings::default()
            .issuer(cognito.issuer())
            .jwks_url(cognito.jwks_url())
            // A route of `widgets` requires this group. The library of the examples contains that API too.
            .client_group("reporting", ["reader"])
    };
    // The first lookup also waits for the pool to open a connection.
    let timeout = Duration::from_secs(10);
    let mapped = || {
        settings()
            .user_mapping_enabled(true)
            .mapping_timeout(timeout)
    };
    Ok([
        Mode {
            title: "A: no user mapping",
            path: "/a",
            auth: CognitoAuth::new(settings())?,
        },
        Mode {
            title: "B: client ID => username",
            path: "/b/client-id",
            auth: by_client_id(mapped(), database)?,
        },
        Mode {
            title: "B: claim `email` => email",
            path: "/b/claim",
            auth: by_claim(mapped(), database)?,
        },
        Mode {
            title: "C: client ID => username, or a proxy",
            path: "/c",
            auth: by_client_id(mapped().return_user_proxy(true), database)?,
        },
    ])
}

fn by_client_id(settings: Settings, database: &Database) -> Result<CognitoAuth, BuildError> {
    let auth = CognitoAuth::builder().settings(settings);
    with_connections!(database, connections => auth.user_mapper(user_mapper!(
        connections.clone(),
        LegacyUser,
        client_id => legacy_users::username,
        active = legacy_users::is_active
    )))
    .build()
}

fn by_claim(settings: Settings, database: &Database) -> Result<CognitoAuth, BuildError> {
    let auth = CognitoAuth::builder().settings(settings);
    with_connections!(database, connections => auth.user_mapper(user_mapper!(
        connections.clone(),
        LegacyUser,
        claim "email" => legacy_users::email,
        active = legacy_users::is_active
    )))
    .build()
}
