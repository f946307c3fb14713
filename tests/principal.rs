//! `TestPrincipal`: a principal in a test request that has no token.

use actix_web::{App, Responder, get, test};
use cognito_m2m::testing::{LocalCognito, TestPrincipal};
use cognito_m2m::token::Claims;
use cognito_m2m::{CognitoAuth, ServicePrincipal, require_scopes};
use serde_json::json;

#[get("/read")]
#[require_scopes("widgets/read")]
async fn read(principal: ServicePrincipal) -> impl Responder {
    principal.client_id().to_string()
}

fn principal_with_scope(scope: &str) -> ServicePrincipal {
    let claims = json!({ "client_id": "reporting", "scope": scope });
    let claims = Claims::from_value(claims).expect("a JSON object");
    ServicePrincipal::danger_from_claims(claims).expect("valid claims")
}

#[actix_web::test]
async fn guards_evaluate_the_test_principal_without_the_middleware() {
    let app = test::init_service(App::new().service(read)).await;
    let request = |scope| {
        test::TestRequest::get()
            .uri("/read")
            .to_request()
            .with_principal(principal_with_scope(scope))
    };
    assert_eq!(
        test::call_and_read_body(&app, request("widgets/read")).await,
        "reporting"
    );
    let refused = test::call_service(&app, request("other")).await;
    assert_eq!(refused.status(), 403);
}

#[actix_web::test]
async fn middleware_applies_its_settings_to_the_test_principal() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let settings = cognito.settings().allowed_client_ids(["billing"]);
    let auth = CognitoAuth::new(settings).expect("the settings are valid");
    let app = test::init_service(App::new().wrap(auth).service(read)).await;
    let request = || test::TestRequest::get().uri("/read");
    let with_principal = request()
        .to_request()
        .with_principal(principal_with_scope("widgets/read"));
    let refused = test::call_service(&app, with_principal).await;
    assert_eq!(refused.status(), 403, "the default allowlist applies");
    let with_invalid_token = request()
        .insert_header(("Authorization", "Bearer a.b.c"))
        .to_request()
        .with_principal(principal_with_scope("widgets/read"));
    let refused = test::call_service(&app, with_invalid_token).await;
    assert_eq!(refused.status(), 401, "an invalid token is still refused");
    let without_principal = test::call_service(&app, request().to_request()).await;
    assert_eq!(without_principal.status(), 401);
}
