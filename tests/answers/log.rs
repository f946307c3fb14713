//! The log lines of refused requests, and of requests that are served after a failed check.

use actix_web::dev::Payload;
use actix_web::{Either, FromRequest, HttpRequest};
use cognito_m2m::reqwest::Method;
use cognito_m2m::{MappedUser, OptionalPrincipal, RequestUser};
use cognito_m2m_tests::CapturedLog;
use futures_util::future::LocalBoxFuture;

use super::*;

type Refused<T> = Result<T, actix_web::Error>;

/// An extractor that falls back to another kind of caller.
struct Caller(String);

impl FromRequest for Caller {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let principal = ServicePrincipal::from_request(request, payload);
        Box::pin(async move {
            let name = |principal: ServicePrincipal| principal.client_id().to_string();
            Ok(Self(principal.await.map_or("guest".to_owned(), name)))
        })
    }
}

async fn option(principal: Option<ServicePrincipal>) -> String {
    format!("{}", principal.is_some())
}

async fn result(principal: Refused<ServicePrincipal>) -> String {
    // A handler may inspect the error and serve the request nevertheless.
    let status = principal.map_err(|error| error.as_response_error().status_code());
    format!("{status:?}")
}

async fn optional(principal: Refused<OptionalPrincipal>) -> String {
    format!("{}", principal.is_ok())
}

async fn user(user: Option<RequestUser<String>>, mapped: Option<MappedUser<String>>) -> String {
    format!("{} {}", user.is_some(), mapped.is_some())
}

async fn either(caller: Either<ServicePrincipal, HttpRequest>) -> String {
    format!("{}", matches!(caller, Either::Left(_)))
}

async fn tuple(all: (Option<ServicePrincipal>, Refused<MappedUser<String>>)) -> String {
    format!("{} {}", all.0.is_some(), all.1.is_ok())
}

async fn caller(caller: Caller) -> String {
    caller.0
}

async fn fallback() -> &'static str {
    "fallback"
}

fn serving_routes(config: &mut web::ServiceConfig) {
    config
        .configure(authorize::handlers)
        .route("/option", web::get().to(option))
        .route("/result", web::get().to(result))
        .route("/optional", web::get().to(optional))
        .route("/user", web::get().to(user))
        .route("/either-of", web::get().to(either))
        .route("/tuple", web::get().to(tuple))
        .route("/caller", web::get().to(caller))
        .service(
            web::resource("/routed")
                .route(web::get().guard(ADMIN).to(fallback))
                .route(web::get().to(fallback)),
        );
}

#[actix_web::test]
async fn served_request_is_not_logged_as_refused() {
    let Some(log) = CapturedLog::alone(served_request_is_not_logged_as_refused) else {
        return;
    };
    let fixture = ApiFixture::with_settings(serving_routes, |settings| {
        settings
            .fail_on_invalid_bearer(false)
            .allowed_client_ids(["billing"])
    })
    .await;
    let cognito = &fixture.cognito;
    let tokens = [
        cognito.token("reporting").sign(),
        cognito.token("billing").sign(),
        cognito.token("reporting").expired().sign(),
        "a.b.c".to_owned(),
        "two parts".to_owned(),
    ];
    for path in [
        "/option",
        "/result",
        "/optional",
        "/user",
        "/either-of",
        "/tuple",
        "/caller",
        "/routed",
    ] {
        assert_eq!(fixture.api.get_without_token(path).await.status, 200);
        for token in &tokens {
            assert_eq!(fixture.api.get(path, token).await.status, 200, "{path}");
        }
    }
    let handled = fixture
        .send_as("billing", Method::GET, "/handled", "")
        .await;
    assert_eq!(handled.body, "may not write");
    assert_eq!(log.lines_with("request refused"), [""; 0]);
    let served = log.lines_with("serving the request without a principal");
    assert_eq!(served.len(), 3 * 8, "each request with an invalid token");
}

#[actix_web::test]
async fn request_served_without_keys_is_not_logged_as_refused() {
    let this = request_served_without_keys_is_not_logged_as_refused;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Status(500, None, None)));
    let auth = CognitoAuth::new(cognito.settings()).expect("the settings are valid");
    let api = serve_routes(auth, serving_routes);
    let token = cognito.token("reporting").sign();
    assert_eq!(api.get("/option", &token).await.body, "false");
    assert_eq!(log.lines_with("request refused"), [""; 0]);
    let served = log.lines_with("serving the request without a principal");
    assert_eq!(served.len(), 1, "{served:?}");
}

async fn tenant(principal: ServicePrincipal) -> Refused<&'static str> {
    let nested = ScopeRule::Any(
        vec![
            ScopeRule::all(["tenant/admin"])?,
            ScopeRule::all(["tenant/read", "tenant/list"])?,
        ]
        .into(),
    );
    principal.authorize(&Policy::scope_rule(nested))?;
    Ok("served")
}

#[scope_map(GET = ["map/read", "map/list"], POST = "map/write")]
async fn mapped_scopes() -> &'static str {
    "served"
}

fn scoped_routes(config: &mut web::ServiceConfig) {
    config
        .configure(spans::refusing_routes)
        .route("/tenant", web::get().to(tenant))
        .route("/map", web::route().to(mapped_scopes))
        .service(
            web::resource("/wrapped-group")
                .wrap(Policy::allow_groups(["analysts", "auditors"]))
                .route(web::get().to(fallback)),
        );
}

#[actix_web::test]
async fn line_of_a_403_names_what_was_asked_for() {
    let Some(log) = CapturedLog::alone(line_of_a_403_names_what_was_asked_for) else {
        return;
    };
    let fixture = ApiFixture::with_settings(scoped_routes, |settings| {
        settings.client_group("analysts", ["other"])
    })
    .await;
    for (method, path, expected) in [
        (Method::GET, "/read", r#"required_scopes="widgets/read""#),
        (
            Method::GET,
            "/either",
            r#"required_scopes="widgets/write widgets/admin""#,
        ),
        (
            Method::GET,
            "/in-handler",
            r#"required_scopes="widgets/admin""#,
        ),
        (
            Method::GET,
            "/wrapped",
            r#"required_scopes="widgets/admin""#,
        ),
        (
            Method::GET,
            "/tenant",
            r#"required_scopes="tenant/admin tenant/read tenant/list""#,
        ),
        (
            Method::GET,
            "/map",
            r#"required_scopes="map/read map/list""#,
        ),
        (
            Method::HEAD,
            "/map",
            r#"required_scopes="map/read map/list""#,
        ),
        (Method::POST, "/map", r#"required_scopes="map/write""#),
        (Method::PUT, "/map", r#"method="PUT""#),
        (
            Method::GET,
            "/listed",
            r#"handler="integration::answers::listed""#,
        ),
        (
            Method::GET,
            "/wrapped-group",
            r#"client_groups="analysts,auditors""#,
        ),
    ] {
        let before = log.text().len();
        let answer = fixture.send_as("reporting", method, path, "other").await;
        assert_eq!(answer.status, 403, "{path}");
        let text = log.text().split_off(before);
        let mut lines = text.lines().filter(|line| line.contains("request refused"));
        let line = lines.next().expect("the refusal is logged");
        assert!(line.contains(expected), "{path}: {line}");
        assert!(line.contains(r#"client_id="reporting""#), "{path}: {line}");
        for field in ["required_scopes=", "client_groups="] {
            assert_eq!(line.contains(field), expected.starts_with(field), "{line}");
        }
        assert_eq!(lines.next(), None, "{path} is logged once");
    }
    let lines = log.lines_with("answers::listed");
    for part in ["client_not_allowed", "tests/answers.rs", "line="] {
        assert!(lines.iter().all(|line| line.contains(part)), "{lines:?}");
    }
}

#[actix_web::test]
async fn invalid_policy_in_a_handler_is_logged_with_its_error() {
    let Some(log) = CapturedLog::alone(invalid_policy_in_a_handler_is_logged_with_its_error) else {
        return;
    };
    let fixture = ApiFixture::start(authorize::handlers).await;
    assert_eq!(
        get_as_reader(&fixture, "/scope/two%20words").await.status,
        500
    );
    let lines = log.lines_with("request refused");
    let [line] = lines.as_slice() else {
        panic!("the refusal is logged once: {lines:?}");
    };
    for part in [
        " ERROR ",
        r#"reason="invalid_policy""#,
        r#"route="/scope/{scope}""#,
        "two words",
        "is not a scope",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
}
