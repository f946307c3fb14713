//! A custom token validator, and a custom HTTP client for the signing keys.

use std::time::Duration;

use actix_web::{Responder, get, web};
use cognito_m2m::BoxFuture;
use cognito_m2m::jwks::KeysUnavailable;
use cognito_m2m::reqwest;
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::token::{BearerToken, Claims, InvalidToken};
use cognito_m2m::validator::{TokenError, TokenValidator};
use cognito_m2m::{CognitoAuth, ServicePrincipal, require_scopes};
use cognito_m2m_tests::serve_routes;
use serde_json::json;

#[get("/read")]
#[require_scopes("widgets/read")]
async fn read(principal: ServicePrincipal) -> impl Responder {
    format!("{} {:?}", principal.client_id(), principal.exp())
}

fn routes(config: &mut web::ServiceConfig) {
    config.service(read);
}

/// Accepts and refuses a few fixed tokens.
struct FixedTokens;

impl TokenValidator for FixedTokens {
    fn validate<'a>(&'a self, token: BearerToken<'a>) -> BoxFuture<'a, Result<Claims, TokenError>> {
        let claims = |value| Claims::from_value(value).map_err(|_| InvalidToken::Custom.into());
        Box::pin(async move {
            actix_web::rt::time::sleep(Duration::from_millis(1)).await;
            match token.as_str() {
                "good" => claims(json!({ "client_id": "reporting", "scope": "widgets/read" })),
                "without-client" => claims(json!({ "scope": "widgets/read" })),
                "number-as-sub" => claims(json!({ "client_id": "reporting", "sub": 42 })),
                "expired" => Err(TokenError::Expired),
                "unavailable" => Err(KeysUnavailable {
                    retry_after: Duration::from_secs(7),
                }
                .into()),
                _ => Err(InvalidToken::Custom.into()),
            }
        })
    }
}

#[actix_web::test]
async fn custom_validator_needs_no_settings_and_its_claims_become_the_principal() {
    let auth = CognitoAuth::builder().validator(FixedTokens).build();
    let auth = auth.expect("a custom validator needs no settings");
    assert!(auth.health().is_ready());
    let api = serve_routes(auth.clone(), routes);
    assert_eq!(api.get("/read", "good").await.body, "reporting None");
    for (token, detail) in [
        ("expired", "Bearer token has expired."),
        ("without-client", "Invalid bearer token."),
        ("number-as-sub", "Invalid bearer token."),
        ("other", "Invalid bearer token."),
    ] {
        assert_eq!(api.get("/read", token).await.detail(), detail, "{token}");
    }
    let unavailable = api.get("/read", "unavailable").await;
    assert_eq!(
        (unavailable.status, unavailable.retry_after.as_deref()),
        (503, Some("7"))
    );
    auth.shutdown().await;
    assert!(!auth.health().is_ready());
}

#[actix_web::test]
async fn custom_http_client_fetches_the_keys() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let build = |client| {
        CognitoAuth::builder()
            .settings(cognito.settings())
            .http_client(client)
            .build()
            .expect("the settings are valid")
    };
    let proxy = reqwest::Proxy::all("http://127.0.0.1:9").expect("a valid URL");
    let client = reqwest::Client::builder().proxy(proxy).build();
    let with_unreachable_proxy = build(client.expect("a client"));
    assert!(with_unreachable_proxy.prefetch().await.is_err());
    assert_eq!(cognito.jwks_requests(), 0);
    let direct = build(reqwest::Client::new());
    direct.prefetch().await.expect("the keys are fetched");
}
