//! Custom responders, and the parts of the default response that they can use.

use std::io;

use actix_web::http::StatusCode;
use actix_web::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::test::TestRequest;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use cognito_m2m::error::{AuthenticationError, Misconfiguration, Refusal};
use cognito_m2m::jwks::KeysUnavailable;
use cognito_m2m::token::{InvalidToken, MalformedHeader};
use cognito_m2m::users::UserMappingError;
use cognito_m2m::{DefaultResponder, MappedUser, RefusalResponder, RequestUser, Settings};

use super::*;

fn scope(text: &'static str) -> Scope {
    Scope::new(text).expect("a valid scope")
}

/// Every kind of refusal, with the status, challenge and `Retry-After` of its response. The realm of
/// the challenge is left out.
fn refusals() -> Vec<(Refusal, u16, Option<&'static str>, Option<u64>)> {
    let retry_after = Duration::from_millis(1_200);
    let required = vec![scope("b"), scope("a")];
    let user_type = Misconfiguration::OtherUserType { mapped: "User" };
    let invalid_token = Some(r#", error="invalid_token""#);
    vec![
        (AuthenticationError::Missing.into(), 401, Some(""), None),
        (
            MalformedHeader::NotAToken.into(),
            401,
            Some(r#", error="invalid_request""#),
            None,
        ),
        (
            AuthenticationError::Expired.into(),
            401,
            invalid_token,
            None,
        ),
        (
            AuthenticationError::Invalid(InvalidToken::Signature).into(),
            401,
            invalid_token,
            None,
        ),
        (
            Denial::Scope { required }.into(),
            403,
            Some(r#", error="insufficient_scope", scope="b a""#),
            None,
        ),
        (
            Denial::Method.into(),
            403,
            Some(r#", error="insufficient_scope""#),
            None,
        ),
        (Denial::Client.into(), 403, None, None),
        (UserMappingError::NotMapped.into(), 403, None, None),
        (KeysUnavailable { retry_after }.into(), 503, None, Some(2)),
        (
            UserMappingError::unavailable("CANARY").into(),
            503,
            None,
            Some(1),
        ),
        (
            UserMappingError::TimedOut(retry_after).into(),
            503,
            None,
            Some(1),
        ),
        (UserMappingError::Ambiguous(2).into(), 500, None, None),
        (UserMappingError::failed("CANARY").into(), 500, None, None),
        (Misconfiguration::MiddlewareMissing.into(), 500, None, None),
        (user_type.into(), 500, None, None),
        (Misconfiguration::InvalidPolicy.into(), 500, None, None),
    ]
}

#[test]
fn every_refusal_has_its_status_challenge_and_retry_after() {
    for (refusal, status, challenge, retry_after) in refusals() {
        let response = DefaultResponder::new("r", true)
            .respond(&refusal, &TestRequest::default().to_http_request());
        assert_eq!(response.status(), status, "{refusal}");
        let header = |name| response.headers().get(name);
        let in_realm = |realm: &str| {
            challenge.map(|parameters| format!("Bearer realm=\"{realm}\"{parameters}"))
        };
        let sent = header(WWW_AUTHENTICATE).map(|value| value.to_str().expect("ASCII text"));
        assert_eq!(sent, in_realm("r").as_deref(), "{refusal}");
        let seconds = header(RETRY_AFTER).map(|value| value.to_str().expect("ASCII text"));
        assert_eq!(
            seconds,
            retry_after.map(|seconds| seconds.to_string()).as_deref(),
            "{refusal}"
        );

        assert_eq!(refusal.status_code(), status, "{refusal}");
        let challenge = refusal.challenge();
        let challenge = challenge
            .as_ref()
            .map(|value| value.to_str().expect("ASCII text"));
        assert_eq!(challenge, in_realm("api").as_deref(), "{refusal}");
        assert_eq!(refusal.retry_after(), retry_after.map(Duration::from_secs));
        assert!(refusal.detail().ends_with('.') && !refusal.detail().contains("CANARY"));
    }
}

#[test]
fn retry_after_is_in_whole_seconds_and_at_least_one() {
    for (millis, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (59_999, 60)] {
        let retry_after = Duration::from_millis(millis);
        let refusal = Refusal::from(KeysUnavailable { retry_after });
        assert_eq!(refusal.retry_after(), Some(Duration::from_secs(seconds)));
    }
}

#[test]
fn realm_of_a_responder_ends_with_its_response() {
    struct Panics;

    impl RefusalResponder for Panics {
        fn respond(&self, _: &Refusal, _: &HttpRequest) -> HttpResponse {
            panic!("the responder fails");
        }
    }

    let refusal = Refusal::from(AuthenticationError::Missing);
    let request = TestRequest::default().to_http_request();
    let in_realm = |realm: &str| format!("Bearer realm=\"{realm}\"");
    for realm in ["outer", "other"] {
        let response = DefaultResponder::new(realm, true).respond(&refusal, &request);
        let challenge = response.headers().get(WWW_AUTHENTICATE).cloned();
        assert_eq!(challenge.expect("a challenge"), in_realm(realm));
        assert_eq!(refusal.challenge().expect("a challenge"), in_realm("api"));
    }
    let panicking = std::panic::AssertUnwindSafe(|| Panics.respond(&refusal, &request));
    assert!(std::panic::catch_unwind(panicking).is_err());
    assert_eq!(refusal.challenge().expect("a challenge"), in_realm("api"));
}

/// Sends the same status and headers as the default responder, with another body.
fn own_answer(refusal: &Refusal, _: &HttpRequest) -> HttpResponse {
    let mut response = HttpResponse::build(refusal.status_code());
    if let Some(challenge) = refusal.challenge() {
        response.insert_header((WWW_AUTHENTICATE, challenge));
    }
    if let Some(retry_after) = refusal.retry_after() {
        response.insert_header((RETRY_AFTER, retry_after.as_secs()));
    }
    response.json(serde_json::json!({ "detail": refusal.detail(), "own": true }))
}

mod default_answers {
    use super::*;

    #[get("/default/either")]
    #[require_any_scope("widgets/write", "widgets/admin")]
    pub(super) async fn either() -> impl Responder {
        "either"
    }

    #[get("/default/post-only")]
    #[scope_map(POST = "widgets/write")]
    pub(super) async fn post_only() -> impl Responder {
        "post only"
    }

    #[get("/default/listed")]
    #[allow_client_ids("other")]
    pub(super) async fn listed() -> impl Responder {
        "listed"
    }
}

mod own_answers {
    use super::*;

    #[get("/own/either")]
    #[require_any_scope("widgets/write", "widgets/admin", error = own_answer)]
    pub(super) async fn either() -> impl Responder {
        "either"
    }

    #[get("/own/post-only")]
    #[scope_map(POST = "widgets/write", error = own_answer)]
    pub(super) async fn post_only() -> impl Responder {
        "post only"
    }

    #[get("/own/listed")]
    #[allow_client_ids("other", error = own_answer)]
    pub(super) async fn listed() -> impl Responder {
        "listed"
    }
}

#[get("/mapped")]
async fn mapped(_: MappedUser<String>) -> impl Responder {
    "mapped"
}

#[get("/requested")]
async fn requested(_: RequestUser<String>) -> impl Responder {
    "requested"
}

#[get("/other-user-type")]
async fn other_user_type(_: MappedUser<u8>) -> impl Responder {
    "mapped"
}

#[get("/invalid-policy")]
async fn invalid_policy(principal: ServicePrincipal) -> actix_web::Result<impl Responder> {
    principal.authorize(&Policy::scopes(["two words"])?)?;
    Ok("served")
}

fn all_routes(config: &mut web::ServiceConfig) {
    config
        .configure(routes)
        .service(default_answers::either)
        .service(default_answers::post_only)
        .service(default_answers::listed)
        .service(own_answers::either)
        .service(own_answers::post_only)
        .service(own_answers::listed)
        .service(mapped)
        .service(requested)
        .service(other_user_type)
        .service(invalid_policy);
}

/// Fails in a different way for each client.
async fn find_user(principal: ServicePrincipal) -> Result<Option<String>, UserMappingError> {
    match principal.client_id().as_str() {
        "broken" => Err(UserMappingError::failed(io::Error::other("broken"))),
        "away" => Err(UserMappingError::unavailable(io::Error::other("away"))),
        "double" => Err(UserMappingError::Ambiguous(2)),
        _ => Ok(None),
    }
}

fn serve_answers(
    settings: Settings,
    responder: Option<fn(&Refusal, &HttpRequest) -> HttpResponse>,
) -> Api {
    let settings = settings.realm("widgets").user_mapping_enabled(true);
    let mut builder = CognitoAuth::builder()
        .settings(settings)
        .user_mapper(find_user);
    if let Some(responder) = responder {
        builder = builder.responder(responder);
    }
    serve_routes(builder.build().expect("the settings are valid"), all_routes)
}

/// Asserts that two responses have the same meaning.
fn assert_same(own: &Answer, default: &Answer) {
    assert_eq!(own.status, default.status, "{own:?} {default:?}");
    assert_eq!(own.detail(), default.detail());
    assert_eq!(own.challenge, default.challenge);
    assert_eq!(own.retry_after.is_some(), default.retry_after.is_some());
    assert!(own.body.contains("\"own\":true"), "{own:?}");
}

#[actix_web::test]
async fn own_answers_of_an_app_keep_status_challenge_and_retry_after() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let own = serve_answers(cognito.settings(), Some(own_answer));
    let default = serve_answers(cognito.settings(), None);
    let token = |client: &str| cognito.token(client).scopes(["widgets/read"]).sign();
    let requests = [
        ("/read", String::new(), 401),
        ("/read", "two parts".to_owned(), 401),
        ("/read", "a.b.c".to_owned(), 401),
        ("/read", cognito.token("reporting").expired().sign(), 401),
        ("/either", token("reporting"), 403),
        ("/listed", token("reporting"), 403),
        ("/post-only", token("reporting"), 403),
        ("/in-handler", token("reporting"), 403),
        ("/mapped", token("reporting"), 403),
        ("/mapped", token("away"), 503),
        ("/requested", token("away"), 503),
        ("/requested", token("broken"), 500),
        ("/mapped", token("double"), 500),
        ("/other-user-type", token("reporting"), 500),
        ("/invalid-policy", token("reporting"), 500),
    ];
    for (path, token, status) in requests {
        let answer = async |api: &Api| match token.as_str() {
            "" => api.get_without_token(path).await,
            token => api.get(path, token).await,
        };
        let (own, default) = (answer(&own).await, answer(&default).await);
        assert_eq!(own.status, status, "{path} {own:?}");
        assert_same(&own, &default);
        let challenge = own.challenge.unwrap_or_default();
        assert!(challenge.is_empty() || challenge.starts_with(r#"Bearer realm="widgets""#));
    }
}

#[actix_web::test]
async fn own_answer_of_a_handler_keeps_status_challenge_and_retry_after() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let api = serve_answers(cognito.settings(), None);
    let token = cognito.token("reporting").scopes(["widgets/read"]).sign();
    for name in ["either", "post-only", "listed"] {
        let own = api.get(&format!("/own/{name}"), &token).await;
        let default = api.get(&format!("/default/{name}"), &token).await;
        assert_same(&own, &default);
        let own = api.get_without_token(&format!("/own/{name}")).await;
        let default = api.get_without_token(&format!("/default/{name}")).await;
        assert_same(&own, &default);
        assert_eq!(own.challenge.as_deref(), Some(r#"Bearer realm="widgets""#));
    }
}

#[actix_web::test]
async fn own_answer_to_unavailable_keys_is_503_with_retry_after() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Status(500, None, None)));
    let own = serve_answers(cognito.settings(), Some(own_answer));
    let default = serve_answers(cognito.settings(), None);
    let token = cognito.token("reporting").sign();
    let (own, default) = (
        own.get("/read", &token).await,
        default.get("/read", &token).await,
    );
    assert_eq!(own.status, 503);
    assert_same(&own, &default);
}

fn answer_418(refusal: &Refusal, _: &HttpRequest) -> HttpResponse {
    HttpResponse::ImATeapot().body(refusal.reason())
}

fn answer_200(_: &Refusal, _: &HttpRequest) -> HttpResponse {
    HttpResponse::Ok().body("served after all")
}

fn serve_with_responder(cognito: &LocalCognito, responder: impl RefusalResponder) -> Api {
    let auth = CognitoAuth::builder()
        .settings(cognito.settings())
        .responder(responder)
        .build();
    serve_routes(auth.expect("the settings are valid"), routes)
}

#[actix_web::test]
async fn custom_responder_answers_every_refusal_of_the_app() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let api = serve_with_responder(&cognito, answer_418);
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
async fn custom_responder_cannot_answer_a_refusal_with_success() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let api = serve_with_responder(&cognito, answer_200);
    let answer = api.get_without_token("/read").await;
    assert_eq!((answer.status, answer.body.as_str()), (500, ""));
}

#[test]
fn denial_outside_of_the_middleware_has_the_default_answer() {
    for denial in [Denial::Client, Denial::Method] {
        let response = denial.error_response();
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert_eq!(denial.status_code(), StatusCode::FORBIDDEN);
    }
}
