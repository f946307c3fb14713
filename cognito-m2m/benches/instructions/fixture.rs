use std::sync::LazyLock;

use actix_web::rt;
use cognito_m2m::testing::{LocalCognito, LocalCognitoBuilder, SigningKey, TokenBuilder};
use cognito_m2m::{CognitoAuth, CognitoAuthBuilder, Settings};

/// A client ID of the length that Cognito generates.
pub(crate) const CLIENT_ID: &str = "7k2m9f3qexample1h2j3k4l5m6";

// Both have the length of the key IDs that Cognito generates.
const KID: &str = "aW5zdHJ1Y3Rpb25zIGJlbmNobWFyayBrZXkgb25lIQ==";
const NEXT_KID: &str = "aW5zdHJ1Y3Rpb25zIGJlbmNobWFyayBrZXkgdHdvIQ==";

/// An issuer with a fixed length, unlike the default one, which contains the port.
const ISSUER: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Local0001";

/// Scopes that result in a token of about 900 bytes.
const SCOPES: [&str; 4] = [
    "widgets/read",
    "widgets/write",
    "reports/read",
    "inventory/read",
];

/// Fixed keys, which take less time to read than new ones to generate.
static KEYS: LazyLock<[SigningKey; 2]> = LazyLock::new(|| {
    [
        key(KID, include_str!("keys/current.pem")),
        key(NEXT_KID, include_str!("keys/next.pem")),
    ]
});

fn key(kid: &str, pem: &str) -> SigningKey {
    SigningKey::from_pkcs8_pem(kid, pem).expect("the key is valid")
}

/// Returns a user pool whose keys and issuer are fixed.
fn user_pool() -> LocalCognitoBuilder {
    LocalCognito::builder()
        .issuer(ISSUER)
        .signing_keys(KEYS.clone())
}

/// Starts the user pool.
pub(crate) fn start() -> LocalCognito {
    user_pool().start().expect("the local Cognito starts")
}

/// Returns a key that the user pool does not publish.
pub(crate) fn foreign_key() -> SigningKey {
    key("foreign", include_str!("keys/foreign.pem"))
}

/// Returns a builder for a token of about 900 bytes.
pub(crate) fn token(cognito: &LocalCognito) -> TokenBuilder {
    cognito.token(CLIENT_ID).scopes(SCOPES)
}

/// Returns the signed token of each of `count` clients, without starting the user pool.
pub(crate) fn tokens_of_clients(count: u32) -> impl Iterator<Item = String> {
    (0..count).map(|number| {
        let client_id = format!("7k2m9f3qexample1h2j{number:0>7}");
        let token = user_pool().token(&client_id).expect("the keys are set");
        token.scopes(SCOPES).sign()
    })
}

/// Returns this many scopes, of which `widgets/read` is the last one.
pub(crate) fn scopes(count: usize) -> Vec<String> {
    let others = (1..count).map(|number| format!("reports/read-{number:0>2}"));
    others.chain(["widgets/read".to_owned()]).collect()
}

/// Builds the middleware with these settings, and fetches the keys.
pub(crate) fn build(settings: Settings) -> CognitoAuth {
    with_keys(CognitoAuth::builder().settings(settings))
}

/// Builds the middleware, and fetches the keys.
pub(crate) fn with_keys(builder: CognitoAuthBuilder) -> CognitoAuth {
    let auth = builder.build().expect("the settings are valid");
    rt::System::new()
        .block_on(auth.prefetch())
        .expect("the keys are fetched");
    auth
}
