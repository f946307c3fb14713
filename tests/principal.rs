//! A principal in a test request, with no token at all.

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

fn principal(scope: &str) -> ServicePrincipal {
    let claims =
        Claims::from_value(json!({ "client_id": "reporting", "scope": scope })).expect("an object");
    ServicePrincipal::danger_from_claims(claims).expect("a principal")
}

#[actix_web::test]
async fn guards_judge_it_without_the_middleware() {
    let app = test::init_service(App::new().service(read)).await;
    let request = |scope| {
        test::TestRequest::get()
            .uri("/read")
            .to_request()
            .with_principal(principal(scope))
    };
    assert_eq!(
        test::call_and_read_body(&app, request("widgets/read")).await,
        "reporting"
    );
    assert_eq!(
        test::call_service(&app, request("other")).await.status(),
        403
    );
}

#[actix_web::test]
async fn the_middleware_takes_it_over_with_its_own_settings() {
    let cognito = LocalCognito::start().expect("a local Cognito");
    let auth = CognitoAuth::new(cognito.settings().allowed_client_ids(["billing"]))
        .expect("sound settings");
    let app = test::init_service(App::new().wrap(auth).service(read)).await;
    let request = || test::TestRequest::get().uri("/read");
    let preset = request()
        .to_request()
        .with_principal(principal("widgets/read"));
    assert_eq!(
        test::call_service(&app, preset).await.status(),
        403,
        "the default allowlist holds"
    );
    let forged = request()
        .insert_header(("Authorization", "Bearer a.b.c"))
        .to_request();
    let forged = forged.with_principal(principal("widgets/read"));
    assert_eq!(
        test::call_service(&app, forged).await.status(),
        401,
        "a token speaks against it"
    );
    assert_eq!(
        test::call_service(&app, request().to_request())
            .await
            .status(),
        401
    );
}
