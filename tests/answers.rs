//! The answers to refused requests over HTTP: status, body and headers of each.

use std::time::Duration;

use actix_web::{App, Responder, get, web};
use cognito_m2m::policy::{Denial, ScopeRule};
use cognito_m2m::scope::Scope;
use cognito_m2m::testing::{Endpoint, Fault, LocalCognito};
use cognito_m2m::{
    CognitoAuth, Policy, ServicePrincipal, allow_client_ids, require_any_scope, require_scopes,
    scope_map,
};
use cognito_m2m_tests::{Answer, Api, ApiFixture, serve, serve_routes};

mod authorize;
mod log;
mod methods;
mod responders;
mod spans;

const ADMIN: Policy = Policy::scope_rule(ScopeRule::Scope(Scope::from_static("widgets/admin")));

#[get("/read")]
#[require_scopes("widgets/read")]
async fn read() -> impl Responder {
    "read"
}

#[get("/either")]
#[require_any_scope("widgets/write", "widgets/admin")]
async fn either() -> impl Responder {
    "either"
}

#[get("/listed")]
#[allow_client_ids("other")]
async fn listed() -> impl Responder {
    "listed"
}

#[get("/post-only")]
#[scope_map(POST = "widgets/write")]
async fn post_only() -> impl Responder {
    "post only"
}

#[get("/in-handler")]
async fn in_handler(principal: ServicePrincipal) -> Result<impl Responder, Denial> {
    principal.authorize(&ADMIN)?;
    Ok("admin")
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .service(read)
        .service(either)
        .service(listed)
        .service(post_only)
        .service(in_handler);
}

async fn get_as_reader(fixture: &ApiFixture, path: &str) -> Answer {
    fixture.get_with_scope(path, "widgets/read").await
}

fn assert_answer(answer: &Answer, status: u16, detail: &str, challenge: Option<&str>) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.detail(), detail);
    assert_eq!(answer.challenge.as_deref(), challenge);
    assert_eq!(answer.content_type.as_deref(), Some("application/json"));
}

#[actix_web::test]
async fn missing_token_is_401_without_an_error_code() {
    let fixture = ApiFixture::start(routes).await;
    let answer = fixture.api.get_without_token("/read").await;
    let detail = "Authentication credentials were not provided.";
    assert_answer(&answer, 401, detail, Some(r#"Bearer realm="api""#));
}

#[actix_web::test]
async fn malformed_header_is_401_invalid_request() {
    let fixture = ApiFixture::start(routes).await;
    let answer = fixture.api.get("/read", "two parts").await;
    let challenge = r#"Bearer realm="api", error="invalid_request""#;
    let detail = "Malformed Authorization header.";
    assert_answer(&answer, 401, detail, Some(challenge));
}

#[actix_web::test]
async fn expired_token_is_401_invalid_token() {
    let fixture = ApiFixture::start(routes).await;
    let expired = fixture.cognito.token("reporting").expired().sign();
    let answer = fixture.api.get("/read", &expired).await;
    let challenge = r#"Bearer realm="api", error="invalid_token""#;
    assert_answer(&answer, 401, "Bearer token has expired.", Some(challenge));
}

#[actix_web::test]
async fn other_invalid_token_is_401_invalid_token() {
    let fixture = ApiFixture::start(routes).await;
    let answer = fixture.api.get("/read", "a.b.c").await;
    let challenge = r#"Bearer realm="api", error="invalid_token""#;
    assert_answer(&answer, 401, "Invalid bearer token.", Some(challenge));
}

#[actix_web::test]
async fn missing_scope_is_403_insufficient_scope() {
    let fixture = ApiFixture::with_settings(routes, |settings| settings.realm("widgets")).await;
    for (path, challenge) in [
        (
            "/either",
            r#"Bearer realm="widgets", error="insufficient_scope", scope="widgets/write widgets/admin""#,
        ),
        (
            "/post-only",
            r#"Bearer realm="widgets", error="insufficient_scope""#,
        ),
    ] {
        let answer = get_as_reader(&fixture, path).await;
        assert_answer(&answer, 403, "Insufficient scope.", Some(challenge));
    }
}

#[actix_web::test]
async fn client_that_is_not_allowed_is_403() {
    let fixture = ApiFixture::start(routes).await;
    let answer = get_as_reader(&fixture, "/listed").await;
    assert_answer(&answer, 403, "Client is not allowed.", None);
}

#[actix_web::test]
async fn denial_in_a_handler_is_answered_like_any_other_refusal() {
    let fixture = ApiFixture::with_settings(routes, |settings| settings.realm("widgets")).await;
    let challenge = r#"Bearer realm="widgets", error="insufficient_scope", scope="widgets/admin""#;
    let refused = get_as_reader(&fixture, "/in-handler").await;
    assert_answer(&refused, 403, "Insufficient scope.", Some(challenge));
    let admin = fixture.get_with_scope("/in-handler", "widgets/admin").await;
    assert_eq!(admin.status, 200);
}

#[actix_web::test]
async fn unavailable_keys_are_503_with_retry_after() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Status(500, None, None)));
    let auth = CognitoAuth::new(cognito.settings()).expect("the settings are valid");
    assert!(auth.prefetch().await.is_err());
    let api = serve_routes(auth, routes);
    let token = cognito.token("reporting").scopes(["widgets/read"]).sign();
    let answer = api.get("/read", &token).await;
    let detail = "Authentication is temporarily unavailable.";
    assert_answer(&answer, 503, detail, None);
    let retry_after: u64 = answer
        .retry_after
        .and_then(|text| text.parse().ok())
        .expect("a number of seconds");
    assert!((1..=10).contains(&retry_after), "{retry_after}");
    assert_eq!(
        api.get_without_token("/read").await.status,
        401,
        "a missing token is refused without a key"
    );
}

#[actix_web::test]
async fn unknown_kid_is_401_if_the_last_fetch_succeeded_and_503_if_it_failed() {
    let fixture = ApiFixture::with_settings(routes, |settings| {
        settings.jwks_cooldown(Duration::from_millis(1))
    })
    .await;
    let unknown = fixture.cognito.token("reporting").kid("unknown").sign();
    assert_eq!(fixture.api.get("/read", &unknown).await.status, 401);
    fixture
        .cognito
        .set_fault(Endpoint::Jwks, Some(Fault::CloseConnection));
    // The cool-down has to end before the next fetch.
    actix_web::rt::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(fixture.api.get("/read", &unknown).await.status, 503);
    assert_eq!(
        get_as_reader(&fixture, "/read").await.status,
        200,
        "known keys still work"
    );
}

#[actix_web::test]
async fn missing_middleware_is_500() {
    let api = Api::at(serve!(|| App::new().configure(routes)));
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let token = cognito.token("reporting").sign();
    for path in ["/read", "/in-handler"] {
        for answer in [
            api.get(path, &token).await,
            api.get_without_token(path).await,
        ] {
            assert_answer(&answer, 500, "Internal server error.", None);
        }
    }
}

#[actix_web::test]
async fn answers_are_plain_text_if_json_is_off() {
    let fixture =
        ApiFixture::with_settings(routes, |settings| settings.json_error_responses(false)).await;
    let answer = fixture.api.get_without_token("/read").await;
    assert_eq!(answer.body, "Authentication credentials were not provided.");
    assert_eq!(
        answer.content_type.as_deref(),
        Some("text/plain; charset=utf-8")
    );
    assert!(answer.challenge.is_some());
}
