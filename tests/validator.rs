//! A validator of the team's own, and an HTTP client of the team's own.

use actix_web::{App, Responder, get};
use cognito_m2m::jwks::KeysUnavailable;
use cognito_m2m::reqwest;
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::token::{BearerToken, Claims, InvalidToken};
use cognito_m2m::validator::{BoxFuture, TokenError, TokenValidator};
use cognito_m2m::{CognitoAuth, ServicePrincipal, require_scopes};
use cognito_m2m_tests::{Api, serve};
use serde_json::json;

#[get("/read")]
#[require_scopes("widgets/read")]
async fn read(principal: ServicePrincipal) -> impl Responder {
    format!("{} {:?}", principal.client_id(), principal.exp())
}

struct ByTable;

impl TokenValidator for ByTable {
    fn validate<'a>(&'a self, token: BearerToken<'a>) -> BoxFuture<'a, Result<Claims, TokenError>> {
        let claims = |value| Claims::from_value(value).map_err(|_| InvalidToken::Custom.into());
        Box::pin(async move {
            actix_web::rt::time::sleep(std::time::Duration::from_millis(1)).await;
            match token.as_str() {
                "good" => claims(json!({ "client_id": "reporting", "scope": "widgets/read" })),
                "nameless" => claims(json!({ "scope": "widgets/read" })),
                "expired" => Err(TokenError::Expired),
                "later" => Err(KeysUnavailable {
                    retry_after: std::time::Duration::from_secs(7),
                }
                .into()),
                _ => Err(InvalidToken::Custom.into()),
            }
        })
    }
}

#[actix_web::test]
async fn a_validator_of_ones_own_needs_no_pool_and_its_claims_make_the_principal() {
    let auth = CognitoAuth::builder()
        .validator(ByTable)
        .build()
        .expect("no pool is needed");
    assert!(auth.health().is_ready());
    let api = Api::at(serve!(move || App::new().wrap(auth.clone()).service(read)));
    assert_eq!(api.get("/read", "good").await.body, "reporting None");
    assert_eq!(
        api.get("/read", "expired").await.detail(),
        "Bearer token has expired."
    );
    for token in ["nameless", "other"] {
        assert_eq!(
            api.get("/read", token).await.detail(),
            "Invalid bearer token.",
            "{token}"
        );
    }
    let later = api.get("/read", "later").await;
    assert_eq!(
        (later.status, later.retry_after.as_deref()),
        (503, Some("7"))
    );
}

#[actix_web::test]
async fn a_client_of_ones_own_fetches_the_keys() {
    let cognito = LocalCognito::start().expect("a local Cognito");
    let elsewhere = LocalCognito::start().expect("another one");
    let client = reqwest::Client::builder()
        .proxy(reqwest::Proxy::all(format!("http://{}", "127.0.0.1:9")).expect("a proxy"));
    let through_a_dead_proxy = CognitoAuth::builder()
        .settings(cognito.settings())
        .http_client(client.build().expect("a client"))
        .build()
        .expect("sound settings");
    assert!(through_a_dead_proxy.prefetch().await.is_err());
    assert_eq!(cognito.jwks_requests() + elsewhere.jwks_requests(), 0);
    let direct = CognitoAuth::builder()
        .settings(cognito.settings())
        .http_client(reqwest::Client::new())
        .build();
    direct
        .expect("sound settings")
        .prefetch()
        .await
        .expect("keys");
}
