//! A local Cognito, which serves as the user pool of the programs.

use cognito_m2m::testing::LocalCognito;

/// Starts a local Cognito.
pub(crate) fn cognito() -> LocalCognito {
    LocalCognito::start().expect("a free port on loopback")
}

/// Returns a token of the client `service` with these scopes.
pub(crate) fn token(cognito: &LocalCognito, scopes: &[&str]) -> String {
    cognito.token("service").scopes(scopes).sign()
}

/// Returns the variables that select a user pool.
pub(crate) fn pool<'a>(issuer: &'a str, jwks_url: &'a str) -> [(&'static str, &'a str); 2] {
    [
        ("COGNITO_M2M_ISSUER", issuer),
        ("COGNITO_M2M_JWKS_URL", jwks_url),
    ]
}
