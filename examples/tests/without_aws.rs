//! How do I test my API without AWS?
//!
//! `cargo test -p cognito-m2m-examples --test without_aws`
//!
//! The feature `testing` of `cognito-m2m` belongs in your `[dev-dependencies]`. No request leaves
//! this machine.

use actix_web::{
    App, HttpResponse, Responder, get, http::StatusCode, post, test, web::ServiceConfig,
};
use cognito_m2m::{
    CognitoAuth, ServicePrincipal, require_scopes,
    testing::{LocalCognito, TestPrincipal},
    token::Claims,
};
use serde_json::json;

#[get("/orders")]
#[require_scopes("orders/read")]
async fn list_orders(principal: ServicePrincipal) -> impl Responder {
    format!("the orders of {}", principal.client_id())
}

#[post("/orders")]
#[require_scopes("orders/write")]
async fn create_order() -> impl Responder {
    HttpResponse::Created()
}

/// The routes of your API, which `main` registers too.
fn routes(app: &mut ServiceConfig) {
    app.service(list_orders).service(create_order);
}

/// Returns the status of `POST /orders` with this token.
async fn create(auth: &CognitoAuth, token: &str) -> StatusCode {
    let app = test::init_service(App::new().wrap(auth.clone()).configure(routes)).await;
    let request = test::TestRequest::post()
        .uri("/orders")
        .insert_header(("Authorization", format!("Bearer {token}")));
    test::call_service(&app, request.to_request())
        .await
        .status()
}

/// Tests the whole path, from the header to the handler, with tokens from a local Cognito.
#[actix_web::test]
async fn creating_an_order_requires_a_valid_token_with_the_write_scope() {
    let cognito = LocalCognito::start().expect("a free port on loopback");
    let auth = CognitoAuth::new(cognito.settings()).expect("valid settings");
    let writer = cognito.token("checkout").scopes(["orders/write"]);
    let reader = cognito.token("checkout").scopes(["orders/read"]);

    assert_eq!(create(&auth, &writer.sign()).await, StatusCode::CREATED);
    assert_eq!(create(&auth, &reader.sign()).await, StatusCode::FORBIDDEN);
    for invalid in [
        writer.clone().expired(),
        writer.clone().claim("token_use", "id"),
        writer.clone().unsigned(),
    ] {
        let status = create(&auth, &invalid.sign()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
}

/// Tests a handler without tokens and without the middleware.
#[actix_web::test]
async fn orders_are_listed_for_their_client() {
    let claims = json!({ "client_id": "checkout", "scope": "orders/read" });
    let claims = Claims::from_value(claims).expect("valid claims");
    let principal = ServicePrincipal::danger_from_claims(claims).expect("a machine's claims");
    let app = test::init_service(App::new().configure(routes)).await;

    let request = test::TestRequest::get().uri("/orders").to_request();
    let body = test::call_and_read_body(&app, request.with_principal(principal)).await;
    assert_eq!(body, "the orders of checkout");
}
