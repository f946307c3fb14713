//! The tokens that a worker keeps (section 3 of `tests/RULES.md`): those that a server has received more than
//! once. `verified_tokens` tests the cache behind them, which `validate_token` uses.

use std::time::{Duration, Instant};

use actix_web::web::{ServiceConfig, get};
use cognito_m2m::ServicePrincipal;
use cognito_m2m::testing::{Endpoint, Fault, SigningKey};
use cognito_m2m::time::Clock;
use cognito_m2m_tests::{Answer, Api, AuthFixture, serve_routes};

const DAY: Duration = Duration::from_secs(86_400);

async fn client_id(principal: ServicePrincipal) -> String {
    principal.client_id().to_string()
}

fn routes(config: &mut ServiceConfig) {
    config.route("/", get().to(client_id));
}

fn serve(fixture: &AuthFixture) -> Api {
    serve_routes(fixture.auth.clone(), routes)
}

async fn send(api: &Api, token: &str) -> Answer {
    api.get("/", token).await
}

/// Sends requests with a token until a worker keeps it. The first one verifies it, and the second one finds
/// it in the shared cache.
async fn keep(api: &Api, token: &str) {
    for _ in 0..3 {
        let answer = send(api, token).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "reporting"));
    }
}

#[actix_web::test]
async fn rule_3_kept_token_expires_with_its_exp() {
    let fixture = AuthFixture::start().await;
    let api = serve(&fixture);
    let token = fixture.token().expires_in(Duration::from_secs(100)).sign();
    keep(&api, &token).await;
    fixture.clock.advance(Duration::from_secs(159));
    keep(&api, &token).await;
    fixture.clock.advance(Duration::from_secs(1));
    let answer = send(&api, &token).await;
    assert_eq!(answer.status, 401);
    assert!(answer.body.contains("expired"), "{}", answer.body);
}

#[actix_web::test]
async fn rule_3_token_that_differs_in_one_byte_from_a_kept_one_is_refused() {
    let fixture = AuthFixture::start().await;
    let api = serve(&fixture);
    let token = fixture.token().sign();
    keep(&api, &token).await;
    for position in 0..token.len() {
        let mut other = token.clone().into_bytes();
        other[position] = if other[position] == b'A' { b'B' } else { b'A' };
        let other = String::from_utf8(other).expect("ASCII");
        assert_eq!(send(&api, &other).await.status, 401, "byte {position}");
    }
    keep(&api, &token).await;
}

#[actix_web::test]
async fn rule_2_3_withdrawn_key_ends_the_tokens_that_workers_keep() {
    let fixture = AuthFixture::start().await;
    let api = serve(&fixture);
    let token = fixture.token().expires_in(DAY).sign();
    keep(&api, &token).await;
    fixture.cognito.rotate_keys();
    keep(&api, &token).await;
    fixture.clock.advance(Duration::from_secs(240));
    refused_after_refresh(&fixture, &api, &token).await;
    keep(&api, &fixture.token().sign()).await;
}

#[actix_web::test]
async fn rule_2_3_new_key_under_an_old_kid_ends_the_tokens_that_workers_keep() {
    let fixture = AuthFixture::start().await;
    let api = serve(&fixture);
    let token = fixture.token().expires_in(DAY).sign();
    keep(&api, &token).await;
    let [kid, _] = fixture.cognito.kids();
    let mut jwk = SigningKey::generate().expect("a key").public_jwk();
    jwk["kid"] = kid.into();
    let body = serde_json::json!({ "keys": [jwk] }).to_string();
    fixture.cognito.set_jwks_body(body, "application/json");
    fixture.clock.advance(Duration::from_secs(240));
    refused_after_refresh(&fixture, &api, &token).await;
}

/// Waits until the keys have been fetched again and a kept token is refused.
async fn refused_after_refresh(fixture: &AuthFixture, api: &Api, token: &str) {
    let started = Instant::now();
    while send(api, token).await.status == 200 {
        assert!(started.elapsed() < Duration::from_secs(30));
        actix_web::rt::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(send(api, token).await.status, 401);
    assert_eq!(fixture.cognito.jwks_requests(), 2);
}

/// The monotonic clock alone reaches the limit.
#[actix_web::test]
async fn rule_2_7_wall_clock_that_is_set_back_keeps_no_token_whose_keys_are_too_old() {
    let fixture = AuthFixture::start().await;
    let api = serve(&fixture);
    let token = fixture.token().expires_in(DAY).sign();
    keep(&api, &token).await;
    let fault = Some(Fault::CloseConnection);
    fixture.cognito.set_fault(Endpoint::Jwks, fault);
    let wall = fixture.clock.wall();
    fixture.clock.advance(DAY - Duration::from_secs(1));
    fixture.clock.set_wall(wall);
    keep(&api, &token).await;
    fixture.clock.advance(Duration::from_secs(1));
    fixture.clock.set_wall(wall);
    assert_eq!(send(&api, &token).await.status, 503);
}

#[actix_web::test]
async fn rule_3_more_tokens_than_a_worker_keeps_are_accepted() {
    let change = |settings: cognito_m2m::Settings| settings.token_cache_entries(8);
    let fixture = AuthFixture::with_settings(change).await;
    let api = serve(&fixture);
    let tokens: Vec<_> = (0..40)
        .map(|number| fixture.token().claim("number", number).sign())
        .collect();
    for token in tokens.iter().chain(&tokens) {
        keep(&api, token).await;
    }
}

#[actix_web::test]
async fn tokens_of_two_middlewares_on_the_same_threads_are_kept_apart() {
    let first = AuthFixture::start().await;
    let second = AuthFixture::start().await;
    let (first_auth, second_auth) = (first.auth.clone(), second.auth.clone());
    let api = Api::at(cognito_m2m_tests::serve!(move || {
        let scope = |path, auth: &cognito_m2m::CognitoAuth| {
            actix_web::web::scope(path)
                .wrap(auth.clone())
                .route("", get().to(client_id))
        };
        actix_web::App::new()
            .service(scope("/first", &first_auth))
            .service(scope("/second", &second_auth))
            .service(scope("/again", &first_auth))
    }));
    let token = first.token().sign();
    for _ in 0..3 {
        assert_eq!(api.get("/first", &token).await.status, 200);
        assert_eq!(api.get("/second", &token).await.status, 401);
        assert_eq!(api.get("/again", &token).await.status, 200);
    }
}
