//! The middleware: how it handles each kind of request, which settings change that, and where it can
//! be mounted.

use actix_web::{HttpRequest, Responder, get, web};
use cognito_m2m::reqwest::Method;
use cognito_m2m::testing::{Endpoint, Fault, LocalCognito};
use cognito_m2m::{
    CognitoAuth, OptionalPrincipal, RequestPrincipal, ServicePrincipal, require_authentication,
    require_scopes,
};
use cognito_m2m_tests::{Answer, Api, ApiFixture, eventually, serve, serve_routes};

mod cors;
mod faults;
mod nested_scopes;

#[get("/open")]
async fn open(request: HttpRequest) -> impl Responder {
    request
        .client_id()
        .map_or("anonymous".to_owned(), |id| id.to_string())
}

#[get("/optional")]
async fn optional(principal: OptionalPrincipal) -> impl Responder {
    principal.as_ref().map_or("anonymous".to_owned(), |found| {
        found.client_id().to_string()
    })
}

#[get("/me")]
async fn me(principal: ServicePrincipal) -> impl Responder {
    principal.client_id().to_string()
}

#[get("/guarded")]
#[require_authentication]
async fn guarded(request: HttpRequest) -> impl Responder {
    assert!(request.is_machine_authenticated());
    request.scopes().to_string()
}

#[actix_web::post("/json")]
#[require_scopes("widgets/write")]
async fn takes_json(body: web::Json<serde_json::Value>) -> impl Responder {
    body.to_string()
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .service(open)
        .service(optional)
        .service(me)
        .service(guarded)
        .service(takes_json);
}

fn token(fixture: &ApiFixture) -> String {
    fixture.cognito.token("reporting").scopes(["b", "a"]).sign()
}

async fn get_with_header(fixture: &ApiFixture, path: &str, name: &str, value: &str) -> Answer {
    let request = fixture.api.request(Method::GET, path);
    Answer::receive(request.header(name, value)).await
}

#[actix_web::test]
async fn request_without_a_token_reaches_unguarded_handlers() {
    let fixture = ApiFixture::start(routes).await;
    for path in ["/open", "/optional"] {
        assert_eq!(fixture.api.get_without_token(path).await.body, "anonymous");
        let basic = get_with_header(&fixture, path, "Authorization", "Basic dTpw").await;
        assert_eq!(basic.body, "anonymous");
    }
    for path in ["/me", "/guarded"] {
        assert_eq!(fixture.api.get_without_token(path).await.status, 401);
    }
}

#[actix_web::test]
async fn valid_token_gives_every_handler_its_principal() {
    let fixture = ApiFixture::start(routes).await;
    for (path, body) in [
        ("/open", "reporting"),
        ("/optional", "reporting"),
        ("/me", "reporting"),
        ("/guarded", "a b"),
    ] {
        let answer = fixture.api.get(path, &token(&fixture)).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, body), "{path}");
    }
}

#[actix_web::test]
async fn invalid_token_is_refused_on_unguarded_handlers_too() {
    let fixture = ApiFixture::start(routes).await;
    for path in ["/open", "/optional", "/me", "/guarded"] {
        assert_eq!(fixture.api.get(path, "a.b.c").await.status, 401, "{path}");
    }
}

#[actix_web::test]
async fn without_fail_on_invalid_bearer_guards_report_why_the_token_is_invalid() {
    let fixture =
        ApiFixture::with_settings(routes, |settings| settings.fail_on_invalid_bearer(false)).await;
    let expired = fixture.cognito.token("reporting").expired().sign();
    assert_eq!(fixture.api.get("/open", &expired).await.body, "anonymous");
    for path in ["/optional", "/me", "/guarded"] {
        for (token, detail) in [
            (expired.as_str(), "Bearer token has expired."),
            ("a.b.c", "Invalid bearer token."),
            ("a b", "Malformed Authorization header."),
        ] {
            let answer = fixture.api.get(path, token).await;
            assert_eq!(answer.detail(), detail, "{path}");
        }
        assert_eq!(
            fixture.api.get_without_token(path).await.status,
            if path == "/optional" { 200 } else { 401 }
        );
    }
}

#[actix_web::test]
async fn refusal_is_sent_before_the_body_is_read() {
    let fixture = ApiFixture::start(routes).await;
    let post_invalid_json = |token: &str| {
        let request = fixture.api.request(Method::POST, "/json");
        request
            .bearer_auth(token)
            .header("Content-Type", "application/json")
            .body("{broken")
    };
    let refused = Answer::receive(post_invalid_json(&token(&fixture))).await;
    assert_eq!(refused.status, 403, "not 400");
    let writer = fixture.cognito.token("reporting").scope("widgets/write");
    let read = Answer::receive(post_invalid_json(&writer.sign())).await;
    assert_eq!(read.status, 400);
}

#[actix_web::test]
async fn header_name_and_prefix_are_settings() {
    let fixture = ApiFixture::with_settings(routes, |settings| {
        settings
            .header_name("X-Service-Token")
            .header_prefix("Machine")
    })
    .await;
    let value = format!("machine {}", token(&fixture));
    let accepted = get_with_header(&fixture, "/me", "x-service-token", &value).await;
    assert_eq!(accepted.body, "reporting");
    let in_authorization = fixture.api.get("/me", &token(&fixture)).await;
    assert_eq!(in_authorization.status, 401);
}

#[actix_web::test]
async fn default_allowlist_applies_to_guarded_handlers_without_their_own() {
    let fixture =
        ApiFixture::with_settings(routes, |settings| settings.allowed_client_ids(["billing"]))
            .await;
    for path in ["/me", "/guarded"] {
        let answer = fixture.api.get(path, &token(&fixture)).await;
        assert_eq!(answer.detail(), "Client is not allowed.", "{path}");
        let billing = fixture.cognito.token("billing").sign();
        assert_eq!(fixture.api.get(path, &billing).await.status, 200, "{path}");
    }
    assert_eq!(
        fixture.api.get("/open", &token(&fixture)).await.body,
        "reporting",
        "an unguarded handler has no allowlist"
    );
}
