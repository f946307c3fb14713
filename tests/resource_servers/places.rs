//! The places where a token for another API is refused, and those where it is not.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{App, test};
use cognito_m2m::activity::{ActivityStore, ClientActivity, StoreFuture};
use cognito_m2m::testing::{LocalCognito, TestPrincipal};
use cognito_m2m::token::Claims;
use cognito_m2m::{CognitoAuth, ServicePrincipal};
use cognito_m2m_tests::{CapturedLog, serve_routes};
use serde_json::json;

use super::{REFUSED, WidgetsApi, refusal, routes};

/// The paths of the handlers that ask for the principal and refuse a request without one.
const ASKING: [&str; 14] = [
    "/authenticated",
    "/listed",
    "/other-scope",
    "/scoped",
    "/mapped-methods",
    "/module",
    "/principal",
    "/optional",
    "/user",
    "/mapped-user",
    "/authorizes",
    "/wrapped/open",
    "/wrapped-with-scope/open",
    "/wrapped/unknown",
];

#[actix_web::test]
async fn token_for_another_api_is_refused_wherever_the_principal_is_asked_for() {
    let fixture = WidgetsApi::start().await;
    // The second time, the token is in the cache.
    for scope in ["other/read", "other/read"] {
        for path in ASKING {
            let answer = fixture.get(path, scope).await;
            assert_eq!(
                refusal(&answer),
                (REFUSED.0, REFUSED.1.to_owned()),
                "{path}"
            );
            assert_eq!(answer.challenge, None, "{path}");
            assert_eq!(answer.retry_after, None, "{path}");
        }
    }
    assert_eq!(fixture.lookups(), 0, "no user is looked up");
}

#[actix_web::test]
async fn token_for_another_api_is_served_where_nothing_asks_for_a_principal() {
    let fixture = WidgetsApi::start().await;
    for scope in ["other/read", ""] {
        let answer = fixture.get("/open", scope).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "open"));
        assert_eq!(fixture.get("/unknown", scope).await.status, 404);
    }
}

#[actix_web::test]
async fn token_for_another_api_is_no_principal_of_the_request() {
    let fixture = WidgetsApi::start().await;
    for scope in ["other/read", ""] {
        let answer = fixture.get("/own-answer", scope).await;
        assert_eq!((answer.status, answer.body.as_str()), (401, "own answer"));
        assert_eq!(fixture.get("/option", scope).await.body, "none");
    }
    assert_eq!(fixture.get("/option", "widgets/read").await.body, "some");
    let answer = fixture.get("/own-answer", "widgets/read").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "reporting"));
}

#[actix_web::test]
async fn routing_policies_do_not_match_a_token_for_another_api() {
    let fixture = WidgetsApi::start().await;
    assert_eq!(fixture.get("/routed", "other/read").await.body, "fallback");
    assert_eq!(fixture.get("/routed", "widgets/read").await.body, "open");
}

#[actix_web::test]
async fn request_without_a_token_is_answered_as_before() {
    let fixture = WidgetsApi::start().await;
    for path in ASKING {
        let answer = fixture.api.get_without_token(path).await;
        match path {
            "/optional" => assert_eq!(answer.body, "without a token"),
            _ => assert_eq!(
                refusal(&answer),
                (
                    401,
                    "Authentication credentials were not provided.".to_owned()
                ),
                "{path}"
            ),
        }
    }
    assert_eq!(fixture.api.get_without_token("/open").await.status, 200);
    let own = fixture.api.get_without_token("/own-answer").await;
    assert_eq!((own.status, own.body.as_str()), (401, "own answer"));
}

#[actix_web::test]
async fn token_for_this_api_is_judged_by_the_rules_of_the_handler() {
    let fixture = WidgetsApi::start().await;
    for path in [
        "/authenticated",
        "/listed",
        "/module",
        "/principal",
        "/optional",
    ] {
        let answer = fixture.get(path, "widgets/read").await;
        assert_eq!(answer.status, 200, "{path}");
    }
    let user = fixture.get("/mapped-user", "widgets/read").await;
    assert_eq!(user.body, "user 7");
    assert_eq!(fixture.lookups(), 1);
    let both = fixture.get("/other-scope", "widgets/read other/read").await;
    assert_eq!(both.status, 200);
    for path in [
        "/other-scope",
        "/scoped",
        "/mapped-methods",
        "/wrapped-with-scope/open",
    ] {
        let answer = fixture.get(path, "widgets/read").await;
        assert_eq!(refusal(&answer), (403, "Insufficient scope.".to_owned()));
        assert!(answer.challenge.is_some(), "{path}");
    }
    let unlisted = fixture.cognito.token("sync").scope("widgets/read").sign();
    let answer = fixture.api.get("/listed", &unlisted).await;
    assert_eq!(refusal(&answer), (403, "Client is not allowed.".to_owned()));
}

#[actix_web::test]
async fn resource_servers_come_before_the_default_allowlist() {
    let fixture = WidgetsApi::with_settings(|settings| settings.allowed_client_ids(["sync"])).await;
    for path in ["/authenticated", "/principal", "/user"] {
        let answer = fixture.get(path, "other/read").await;
        assert_eq!(
            refusal(&answer),
            (REFUSED.0, REFUSED.1.to_owned()),
            "{path}"
        );
        let answer = fixture.get(path, "widgets/read").await;
        assert_eq!(refusal(&answer), (403, "Client is not allowed.".to_owned()));
    }
}

#[actix_web::test]
async fn without_the_setting_every_resource_server_is_admitted() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let auth = CognitoAuth::new(cognito.settings()).expect("the settings are valid");
    auth.prefetch().await.expect("the keys are fetched");
    let api = serve_routes(auth, routes);
    for scope in ["other/read", "", "openid"] {
        let token = cognito.token("reporting").scope(scope).sign();
        for path in ["/authenticated", "/listed", "/principal", "/optional"] {
            assert_eq!(api.get(path, &token).await.status, 200, "{path} {scope}");
        }
    }
}

#[actix_web::test]
async fn invalid_token_is_401_even_if_it_is_for_another_api() {
    for fail_on_invalid_bearer in [true, false] {
        let fixture = WidgetsApi::with_settings(|settings| {
            settings.fail_on_invalid_bearer(fail_on_invalid_bearer)
        })
        .await;
        let expired = fixture.cognito.token("reporting").scope("other/read");
        let answer = fixture
            .api
            .get("/authenticated", &expired.expired().sign())
            .await;
        assert_eq!(
            refusal(&answer),
            (401, "Bearer token has expired.".to_owned())
        );
        let answer = fixture.get("/authenticated", "other/read").await;
        assert_eq!(refusal(&answer), (REFUSED.0, REFUSED.1.to_owned()));
    }
}

#[actix_web::test]
async fn log_line_of_the_refusal_names_the_client_and_the_reason() {
    let this = log_line_of_the_refusal_names_the_client_and_the_reason;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let fixture = WidgetsApi::start().await;
    for (number, path) in (1..).zip(["/authenticated", "/principal", "/wrapped/open", "/user"]) {
        fixture.get(path, "other/read").await;
        let lines = log.lines_with("request refused");
        assert_eq!(lines.len(), number, "{path}: {lines:?}");
        let line = &lines[number - 1];
        for part in [
            " INFO ",
            "reason=\"other_resource_server\"",
            "client_id=\"reporting\"",
        ] {
            assert!(line.contains(part), "{path}: {part} in {line}");
        }
        assert!(!line.contains("other/read"), "{line}");
    }
    let lines = log.lines_with("request refused");
    assert!(
        lines[0].contains("resource_servers::authenticated"),
        "{lines:?}"
    );
    fixture.get("/open", "other/read").await;
    assert_eq!(log.lines_with("request refused").len(), lines.len());
}

#[actix_web::test]
async fn principal_in_a_test_request_is_judged_by_the_settings_of_the_app() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let principal = |scope| {
        let claims = json!({ "client_id": "reporting", "scope": scope });
        let claims = Claims::from_value(claims).expect("valid claims");
        ServicePrincipal::danger_from_claims(claims).expect("a valid principal")
    };
    let request = |path, scope| {
        let request = test::TestRequest::get().uri(path).to_request();
        request.with_principal(principal(scope))
    };
    let settings = cognito.settings().resource_servers(["widgets"]);
    let auth = CognitoAuth::new(settings).expect("the settings are valid");
    let app = test::init_service(App::new().wrap(auth).configure(routes)).await;
    for (path, scope, status) in [
        ("/authenticated", "other/read", 403),
        ("/authenticated", "widgets/read", 200),
        ("/optional", "other/read", 403),
        ("/open", "other/read", 200),
    ] {
        let answer = test::call_service(&app, request(path, scope)).await;
        assert_eq!(answer.status(), status, "{path} {scope}");
    }
    let without_middleware = test::init_service(App::new().configure(routes)).await;
    let answer = test::call_service(&without_middleware, request("/authenticated", "other/read"));
    assert_eq!(answer.await.status(), 200);
}

/// Keeps the client IDs that it receives.
#[derive(Clone, Default)]
struct Received(Arc<Mutex<Vec<Box<str>>>>);

impl ActivityStore for Received {
    fn check(&mut self) -> StoreFuture<'_> {
        Box::pin(async { Ok(()) })
    }

    fn write(&mut self, batch: Arc<[ClientActivity]>) -> StoreFuture<'_> {
        let mut received = self.0.lock().expect("no test has panicked");
        received.extend(batch.iter().map(|client| client.client_id.clone()));
        Box::pin(async { Ok(()) })
    }
}

#[actix_web::test]
async fn activity_of_a_client_of_another_api_is_recorded() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let received = Received::default();
    let settings = cognito
        .settings()
        .resource_servers(["widgets"])
        .track_client_activity(true)
        .shutdown_timeout(Duration::from_secs(60));
    let auth = CognitoAuth::builder()
        .settings(settings)
        .activity_store(received.clone())
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    auth.prefetch().await.expect("the keys are fetched");
    let api = serve_routes(auth.clone(), routes);
    let token = cognito.token("batch").scope("other/read").sign();
    assert_eq!(api.get("/authenticated", &token).await.status, 403);
    auth.shutdown().await;
    let received = received.0.lock().expect("no test has panicked");
    assert!(
        received.iter().any(|client| &**client == "batch"),
        "{received:?}"
    );
}
