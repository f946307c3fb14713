//! `CognitoAuth::health` as the body of a response.

use actix_web::{App, HttpResponse, Responder, get, web};
use cognito_m2m::testing::{Endpoint, Fault, LocalCognito};
use cognito_m2m::{CognitoAuth, require_scopes};
use cognito_m2m_tests::{Api, ApiFixture, serve};
use serde_json::{Value, json};

#[get("/ready")]
async fn ready(auth: web::Data<CognitoAuth>) -> HttpResponse {
    match auth.health().is_ready() {
        true => HttpResponse::NoContent().finish(),
        false => HttpResponse::ServiceUnavailable().finish(),
    }
}

#[get("/admin/health")]
#[require_scopes("widgets/admin")]
async fn health(auth: web::Data<CognitoAuth>) -> impl Responder {
    web::Json(auth.health())
}

fn routes(auth: &CognitoAuth) -> impl Fn(&mut web::ServiceConfig) + Clone + use<> {
    let auth = web::Data::new(auth.clone());
    move |config| {
        config.app_data(auth.clone()).service(ready).service(health);
    }
}

#[actix_web::test]
async fn health_is_json_with_stable_names() {
    let fixture = ApiFixture::start(|_| {}).await;
    let auth = fixture.auth.clone();
    let routes = routes(&auth);
    let api = Api::at(serve!(move || {
        App::new().wrap(auth.clone()).configure(routes.clone())
    }));
    assert_eq!(api.get_without_token("/ready").await.status, 204);
    let token = fixture.cognito.token("operator").scope("widgets/admin");
    let answer = api.get("/admin/health", &token.sign()).await;
    assert_eq!(answer.status, 200);
    let mut body: Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(body["is_ready"], json!(true));
    let pool = &mut body["pools"][0];
    assert!(
        pool["keys_age"].take().as_u64().is_some(),
        "{}",
        answer.body
    );
    for (name, value) in [
        ("name", json!("default")),
        ("is_ready", json!(true)),
        ("last_error", Value::Null),
    ] {
        assert_eq!(pool[name], value, "{name} in {}", answer.body);
    }
}

#[actix_web::test]
async fn health_without_keys_has_no_age_and_the_error() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Status(418, None, None)));
    let auth = CognitoAuth::new(cognito.settings()).expect("the settings are valid");
    assert!(auth.prefetch().await.is_err());
    let body = serde_json::to_value(auth.health()).expect("JSON");
    assert_eq!(body["is_ready"], json!(false));
    let pool = &body["pools"][0];
    assert_eq!(pool["is_ready"], json!(false));
    assert_eq!(pool["keys_age"], Value::Null);
    let error = pool["last_error"].as_str().expect("a text");
    assert!(error.contains("418"), "{error}");
}
