//! `SPEC.md` 5: every row of the table of answers, over HTTP.

use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, Responder, get, web};
use cognito_m2m::error::Refusal;
use cognito_m2m::policy::{Denial, ScopeRule};
use cognito_m2m::scope::Scope;
use cognito_m2m::testing::{Endpoint, Fault, LocalCognito};
use cognito_m2m::{
    CognitoAuth, Policy, ServicePrincipal, Settings, allow_client_ids, require_any_scope,
    require_scopes, scope_map,
};
use cognito_m2m_tests::{Answer, Api, serve};

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
#[allow_client_ids("somebody-else")]
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

struct Fixture {
    cognito: LocalCognito,
    api: Api,
}

impl Fixture {
    async fn new() -> Self {
        Self::with(|settings| settings).await
    }

    async fn with(change: impl FnOnce(Settings) -> Settings) -> Self {
        let cognito = LocalCognito::start().expect("a local Cognito");
        let auth =
            CognitoAuth::new(change(cognito.settings())).unwrap_or_else(|error| panic!("{error}"));
        auth.prefetch().await.expect("keys");
        let api = Api::at(serve!(move || App::new()
            .wrap(auth.clone())
            .configure(routes)));
        Self { cognito, api }
    }

    async fn get(&self, path: &str) -> Answer {
        self.api
            .get(
                path,
                &self
                    .cognito
                    .token("reporting")
                    .scopes(["widgets/read"])
                    .sign(),
            )
            .await
    }
}

fn assert_answer(answer: &Answer, status: u16, detail: &str, challenge: Option<&str>) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.detail(), detail);
    assert_eq!(answer.challenge.as_deref(), challenge);
    assert_eq!(answer.content_type.as_deref(), Some("application/json"));
}

#[actix_web::test]
async fn no_token() {
    let answer = Fixture::new().await.api.get_without_token("/read").await;
    let detail = "Authentication credentials were not provided.";
    assert_answer(&answer, 401, detail, Some(r#"Bearer realm="api""#));
}

#[actix_web::test]
async fn malformed_header() {
    let answer = Fixture::new().await.api.get("/read", "two parts").await;
    let challenge = r#"Bearer realm="api", error="invalid_request""#;
    assert_answer(
        &answer,
        401,
        "Malformed Authorization header.",
        Some(challenge),
    );
}

#[actix_web::test]
async fn expired_token() {
    let fixture = Fixture::new().await;
    let answer = fixture
        .api
        .get(
            "/read",
            &fixture.cognito.token("reporting").expired().sign(),
        )
        .await;
    let challenge = r#"Bearer realm="api", error="invalid_token""#;
    assert_answer(&answer, 401, "Bearer token has expired.", Some(challenge));
}

#[actix_web::test]
async fn any_other_bad_token() {
    let answer = Fixture::new().await.api.get("/read", "a.b.c").await;
    let challenge = r#"Bearer realm="api", error="invalid_token""#;
    assert_answer(&answer, 401, "Invalid bearer token.", Some(challenge));
}

#[actix_web::test]
async fn scope_lacking() {
    let fixture = Fixture::with(|settings| settings.realm("widgets")).await;
    let challenge = r#"Bearer realm="widgets", error="insufficient_scope", scope="widgets/write widgets/admin""#;
    assert_answer(
        &fixture.get("/either").await,
        403,
        "Insufficient scope.",
        Some(challenge),
    );
    let challenge = r#"Bearer realm="widgets", error="insufficient_scope""#;
    assert_answer(
        &fixture.get("/post-only").await,
        403,
        "Insufficient scope.",
        Some(challenge),
    );
}

#[actix_web::test]
async fn client_not_allowed() {
    let answer = Fixture::new().await.get("/listed").await;
    assert_answer(&answer, 403, "Client is not allowed.", None);
}

#[actix_web::test]
async fn a_denial_in_a_handler_answers_as_every_other_refusal() {
    let fixture = Fixture::with(|settings| settings.realm("widgets")).await;
    let challenge = r#"Bearer realm="widgets", error="insufficient_scope", scope="widgets/admin""#;
    assert_answer(
        &fixture.get("/in-handler").await,
        403,
        "Insufficient scope.",
        Some(challenge),
    );
    let admin = fixture
        .cognito
        .token("reporting")
        .scopes(["widgets/admin"])
        .sign();
    assert_eq!(fixture.api.get("/in-handler", &admin).await.status, 200);
}

#[actix_web::test]
async fn keys_that_cannot_be_had() {
    let cognito = LocalCognito::start().expect("a local Cognito");
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Status(500, None, None)));
    let auth = CognitoAuth::new(cognito.settings()).expect("sound settings");
    assert!(auth.prefetch().await.is_err());
    let api = Api::at(serve!(move || App::new()
        .wrap(auth.clone())
        .configure(routes)));
    let token = cognito.token("reporting").scopes(["widgets/read"]).sign();
    let answer = api.get("/read", &token).await;
    assert_answer(
        &answer,
        503,
        "Authentication is temporarily unavailable.",
        None,
    );
    let retry_after: u64 = answer
        .retry_after
        .and_then(|text| text.parse().ok())
        .expect("whole seconds");
    assert!((1..=10).contains(&retry_after), "{retry_after}");
    assert_eq!(
        api.get_without_token("/read").await.status,
        401,
        "no key is needed to see that"
    );
}

#[actix_web::test]
async fn an_unknown_kid_is_401_if_the_last_fetch_succeeded_and_503_if_it_failed() {
    let fixture = Fixture::with(|settings| settings.jwks_cooldown(Duration::from_millis(1))).await;
    let unknown = fixture.cognito.token("reporting").kid("unknown").sign();
    assert_eq!(fixture.api.get("/read", &unknown).await.status, 401);
    fixture
        .cognito
        .set_fault(Endpoint::Jwks, Some(Fault::CloseConnection));
    assert_eq!(fixture.api.get("/read", &unknown).await.status, 503);
    assert_eq!(fixture.get("/read").await.status, 200, "known keys go on");
}

#[actix_web::test]
async fn wiring_fault() {
    let api = Api::at(serve!(|| App::new().configure(routes)));
    let token = LocalCognito::start()
        .expect("a local Cognito")
        .token("reporting")
        .sign();
    for path in ["/read", "/in-handler"] {
        assert_answer(
            &api.get(path, &token).await,
            500,
            "Internal server error.",
            None,
        );
        assert_answer(
            &api.get_without_token(path).await,
            500,
            "Internal server error.",
            None,
        );
    }
}

#[actix_web::test]
async fn plain_text_where_json_is_off() {
    let fixture = Fixture::with(|settings| settings.json_error_responses(false)).await;
    let answer = fixture.api.get_without_token("/read").await;
    assert_eq!(answer.body, "Authentication credentials were not provided.");
    assert_eq!(
        answer.content_type.as_deref(),
        Some("text/plain; charset=utf-8")
    );
    assert!(answer.challenge.is_some());
}

fn teapot(refusal: &Refusal, _: &HttpRequest) -> HttpResponse {
    HttpResponse::ImATeapot().body(refusal.reason())
}

fn careless(_: &Refusal, _: &HttpRequest) -> HttpResponse {
    HttpResponse::Ok().body("served after all")
}

#[actix_web::test]
async fn a_responder_of_ones_own_answers_app_wide() {
    let cognito = LocalCognito::start().expect("a local Cognito");
    let auth = CognitoAuth::builder()
        .settings(cognito.settings())
        .responder(teapot)
        .build();
    let auth = auth.expect("sound settings");
    let api = Api::at(serve!(move || App::new()
        .wrap(auth.clone())
        .configure(routes)));
    let token = cognito.token("reporting").sign();
    for (answer, reason) in [
        (api.get_without_token("/read").await, "missing"),
        (api.get("/read", "a.b.c").await, "base64"),
        (api.get("/read", &token).await, "insufficient_scope"),
        (api.get("/in-handler", &token).await, "insufficient_scope"),
    ] {
        assert_eq!((answer.status, answer.body.as_str()), (418, reason));
    }
}

#[actix_web::test]
async fn a_refusal_never_looks_served() {
    let cognito = LocalCognito::start().expect("a local Cognito");
    let auth = CognitoAuth::builder()
        .settings(cognito.settings())
        .responder(careless)
        .build();
    let auth = auth.expect("sound settings");
    let api = Api::at(serve!(move || App::new()
        .wrap(auth.clone())
        .configure(routes)));
    let answer = api.get_without_token("/read").await;
    assert_eq!((answer.status, answer.body.as_str()), (500, ""));
}
