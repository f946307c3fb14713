//! `SPEC.md` 3: what the middleware does with each kind of request.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_cors::Cors;
use actix_web::middleware::Logger;
use actix_web::{App, HttpRequest, HttpResponse, Responder, get, web};
use cognito_m2m::reqwest::Method;
use cognito_m2m::testing::{Endpoint, Fault, LocalCognito};
use cognito_m2m::token::{BearerToken, Claims, InvalidToken};
use cognito_m2m::validator::{BoxFuture, TokenError, TokenValidator};
use cognito_m2m::{
    CognitoAuth, OptionalPrincipal, RequestPrincipal, ServicePrincipal, Settings,
    require_authentication, require_scopes,
};
use cognito_m2m_tests::{Answer, Api, eventually, serve};
use serde_json::json;

#[get("/open")]
async fn open(request: HttpRequest) -> impl Responder {
    request
        .client_id()
        .map_or("nobody".to_owned(), |id| id.to_string())
}

#[get("/optional")]
async fn optional(principal: OptionalPrincipal) -> impl Responder {
    principal
        .as_ref()
        .map_or("nobody".to_owned(), |found| found.client_id().to_string())
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

struct Fixture {
    cognito: LocalCognito,
    api: Api,
}

impl Fixture {
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

    fn token(&self) -> String {
        self.cognito.token("reporting").scopes(["b", "a"]).sign()
    }

    async fn with_header(&self, path: &str, name: &str, value: &str) -> Answer {
        Answer::of(self.api.request(Method::GET, path).header(name, value)).await
    }
}

#[actix_web::test]
async fn without_a_token_the_request_goes_on() {
    let fixture = Fixture::with(|settings| settings).await;
    for path in ["/open", "/optional"] {
        assert_eq!(fixture.api.get_without_token(path).await.body, "nobody");
        assert_eq!(
            fixture
                .with_header(path, "Authorization", "Basic dTpw")
                .await
                .body,
            "nobody"
        );
    }
    for path in ["/me", "/guarded"] {
        assert_eq!(fixture.api.get_without_token(path).await.status, 401);
    }
}

#[actix_web::test]
async fn with_a_good_token_the_principal_is_there() {
    let fixture = Fixture::with(|settings| settings).await;
    for (path, body) in [
        ("/open", "reporting"),
        ("/optional", "reporting"),
        ("/me", "reporting"),
        ("/guarded", "a b"),
    ] {
        let answer = fixture.api.get(path, &fixture.token()).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, body), "{path}");
    }
}

#[actix_web::test]
async fn with_a_bad_token_the_middleware_refuses_open_handlers_too() {
    let fixture = Fixture::with(|settings| settings).await;
    for path in ["/open", "/optional", "/me", "/guarded"] {
        assert_eq!(fixture.api.get(path, "a.b.c").await.status, 401, "{path}");
    }
}

#[actix_web::test]
async fn with_fail_on_invalid_bearer_off_guards_answer_with_that_very_failure() {
    let fixture = Fixture::with(|settings| settings.fail_on_invalid_bearer(false)).await;
    let expired = fixture.cognito.token("reporting").expired().sign();
    assert_eq!(fixture.api.get("/open", &expired).await.body, "nobody");
    for path in ["/optional", "/me", "/guarded"] {
        assert_eq!(
            fixture.api.get(path, &expired).await.detail(),
            "Bearer token has expired."
        );
        assert_eq!(
            fixture.api.get(path, "a.b.c").await.detail(),
            "Invalid bearer token."
        );
        assert_eq!(
            fixture.api.get(path, "a b").await.detail(),
            "Malformed Authorization header."
        );
        assert_eq!(
            fixture.api.get_without_token(path).await.status,
            if path == "/optional" { 200 } else { 401 }
        );
    }
}

#[actix_web::test]
async fn keys_that_cannot_be_had_leave_open_handlers_open() {
    let cognito = LocalCognito::start().expect("a local Cognito");
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Status(500, None, None)));
    let auth = CognitoAuth::new(cognito.settings()).expect("sound settings");
    let api = Api::at(serve!(move || App::new()
        .wrap(auth.clone())
        .configure(routes)));
    let token = cognito.token("reporting").sign();
    assert_eq!(api.get("/open", &token).await.body, "nobody");
    for path in ["/optional", "/me", "/guarded"] {
        assert_eq!(api.get(path, &token).await.status, 503, "{path}");
    }
}

#[actix_web::test]
async fn a_refusal_comes_before_the_body_is_read() {
    let fixture = Fixture::with(|settings| settings).await;
    let post = |token: &str| {
        let request = fixture
            .api
            .request(Method::POST, "/json")
            .bearer_auth(token);
        request
            .header("Content-Type", "application/json")
            .body("{broken")
    };
    assert_eq!(
        Answer::of(post(&fixture.token())).await.status,
        403,
        "not 400"
    );
    let writer = fixture
        .cognito
        .token("reporting")
        .scopes(["widgets/write"])
        .sign();
    assert_eq!(Answer::of(post(&writer)).await.status, 400);
}

#[actix_web::test]
async fn another_header_and_another_prefix_may_carry_the_token() {
    let fixture = Fixture::with(|settings| {
        settings
            .header_name("X-Service-Token")
            .header_prefix("Machine")
    })
    .await;
    let value = format!("machine {}", fixture.token());
    assert_eq!(
        fixture
            .with_header("/me", "x-service-token", &value)
            .await
            .body,
        "reporting"
    );
    assert_eq!(fixture.api.get("/me", &fixture.token()).await.status, 401);
}

#[actix_web::test]
async fn the_default_allowlist_holds_for_handlers_without_one() {
    let fixture = Fixture::with(|settings| settings.allowed_client_ids(["billing"])).await;
    for path in ["/me", "/guarded"] {
        let answer = fixture.api.get(path, &fixture.token()).await;
        assert_eq!(answer.detail(), "Client is not allowed.", "{path}");
        let billing = fixture.cognito.token("billing").sign();
        assert_eq!(fixture.api.get(path, &billing).await.status, 200, "{path}");
    }
    assert_eq!(
        fixture.api.get("/open", &fixture.token()).await.body,
        "reporting",
        "an open handler asks nothing"
    );
}

#[actix_web::test]
async fn preflight_requests_need_no_token_when_cors_is_outside() {
    let cognito = LocalCognito::start().expect("a local Cognito");
    let auth = CognitoAuth::new(cognito.settings()).expect("sound settings");
    let api = Api::at(serve!(move || {
        let cors = Cors::default()
            .allowed_origin("https://app.example")
            .allow_any_method()
            .allow_any_header();
        App::new()
            .wrap(auth.clone())
            .wrap(cors)
            .wrap(Logger::default())
            .configure(routes)
    }));
    let ask = |method: Method| {
        api.request(method, "/me")
            .header("Origin", "https://app.example")
    };
    let preflight = ask(Method::OPTIONS).header("Access-Control-Request-Method", "GET");
    assert_eq!(Answer::of(preflight).await.status, 200);
    let refused = ask(Method::GET).send().await.expect("an answer");
    assert_eq!(refused.status().as_u16(), 401);
    let allowed = refused.headers().get("access-control-allow-origin");
    assert_eq!(
        allowed.and_then(|value| value.to_str().ok()),
        Some("https://app.example"),
        "CORS sees refusals"
    );
    assert_eq!(
        Answer::of(api.request(Method::OPTIONS, "/me")).await.status,
        404,
        "no method is exempt by us"
    );
}

/// Counts how often it is asked.
struct Counting(Arc<AtomicUsize>, &'static str);

impl TokenValidator for Counting {
    fn validate<'a>(&'a self, token: BearerToken<'a>) -> BoxFuture<'a, Result<Claims, TokenError>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            match token.as_str() {
                "good" => {
                    Ok(Claims::from_value(json!({ "client_id": self.1 })).expect("an object"))
                }
                _ => Err(InvalidToken::Custom.into()),
            }
        })
    }
}

#[actix_web::test]
async fn nested_scopes_of_one_auth_validate_once_and_another_auth_afresh() {
    let asked = Arc::new(AtomicUsize::new(0));
    let build = |name| {
        CognitoAuth::builder()
            .validator(Counting(asked.clone(), name))
            .build()
            .expect("no pool is needed")
    };
    let (one, other) = (build("one"), build("other"));
    let api = Api::at(serve!(move || {
        App::new()
            .wrap(one.clone())
            .service(
                web::scope("/same")
                    .wrap(one.clone())
                    .service(web::scope("/again").wrap(one.clone()).service(me)),
            )
            .service(web::scope("/other").wrap(other.clone()).service(me))
    }));
    assert_eq!(api.get("/same/again/me", "good").await.body, "one");
    assert_eq!(asked.swap(0, Ordering::SeqCst), 1);
    assert_eq!(api.get("/other/me", "good").await.body, "other");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[actix_web::test]
async fn rule_5_a_cancelled_request_leaves_no_damage() {
    let cognito = LocalCognito::start().expect("a local Cognito");
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Hang));
    let settings = cognito.settings().jwks_timeout(Duration::from_secs(2));
    let auth = CognitoAuth::new(settings).expect("sound settings");
    let shared = auth.clone();
    let api = Api::at(serve!(move || App::new()
        .wrap(auth.clone())
        .configure(routes)));
    let token = cognito.token("reporting").sign();
    let mut given_up = 0;
    for _ in 0..10 {
        let request = api.request(Method::GET, "/me").bearer_auth(&token);
        let request = request.timeout(Duration::from_millis(5));
        match request.send().await {
            Err(_) => given_up += 1,
            // On a busy machine the fetch may have ended before its caller has given up.
            Ok(answer) => assert_eq!(answer.status(), 503, "keys came from nowhere"),
        }
    }
    assert!(given_up > 0, "nobody has given up");
    cognito.set_fault(Endpoint::Jwks, None);
    eventually("the keys come", || shared.health().is_ready()).await;
    assert_eq!(api.get("/me", &token).await.status, 200);
}

#[get("/panics")]
async fn panics(_principal: ServicePrincipal) -> HttpResponse {
    panic!("a handler's own fault")
}

#[actix_web::test]
async fn rule_5_a_panicking_handler_does_not_stop_the_service() {
    let cognito = LocalCognito::start().expect("a local Cognito");
    let auth = CognitoAuth::new(cognito.settings()).expect("sound settings");
    let api = Api::at(serve!(move || App::new()
        .wrap(auth.clone())
        .service(panics)
        .configure(routes)));
    let token = cognito.token("reporting").sign();
    for _ in 0..4 {
        let _ = api
            .request(Method::GET, "/panics")
            .bearer_auth(&token)
            .send()
            .await;
    }
    assert_eq!(api.get("/me", &token).await.status, 200);
}
