//! What a cut-off refuses, and with which answer.

use std::sync::atomic::Ordering;
use std::time::{Duration, UNIX_EPOCH};

use cognito_m2m::activity::SqliteActivity;
use cognito_m2m_tests::CapturedLog;

use super::Fixture;
use crate::resource_servers::refusal;
use crate::sqlite_file::sqlite_path;

/// The paths of handlers that ask for the principal and refuse a request without one.
const ASKING: [&str; 11] = [
    "/authenticated",
    "/listed",
    "/other-scope",
    "/scoped",
    "/module",
    "/principal",
    "/optional",
    "/user",
    "/mapped-user",
    "/authorizes",
    "/wrapped/open",
];

const CHALLENGE: &str = r#"Bearer realm="api", error="invalid_token""#;

#[actix_web::test]
async fn token_from_before_the_cutoff_is_invalid_and_a_later_one_is_accepted() {
    let fixture = Fixture::start().await;
    let old = fixture.token("reporting");
    assert_eq!(fixture.get("/authenticated", &old).await.status, 200);
    fixture.clock.advance(Duration::from_secs(1));
    fixture.cut_off("reporting", 0).await;
    for path in ASKING {
        let answer = fixture.get(path, &old).await;
        let expected = (401, "Invalid bearer token.".to_owned());
        assert_eq!(refusal(&answer), expected, "{path}");
        assert_eq!(answer.challenge.as_deref(), Some(CHALLENGE), "{path}");
        assert_eq!(answer.retry_after, None, "{path}");
    }
    // Like every invalid token.
    assert_eq!(fixture.get("/open", &old).await.status, 401);
    assert_eq!(fixture.refusal_reason(&old).await, Some("cut_off"));
    assert_eq!(fixture.lookups.load(Ordering::SeqCst), 0);
    let new = fixture.token("reporting");
    for path in ASKING {
        assert_eq!(fixture.get(path, &new).await.status, 200, "{path}");
    }
    assert_eq!(fixture.refusal_reason(&new).await, None);
    assert_eq!(fixture.refusal_reason(&old).await, Some("cut_off"));
    fixture.lift("reporting").await;
    assert_eq!(fixture.get("/authenticated", &old).await.status, 200);
}

#[actix_web::test]
async fn token_issued_in_the_second_of_the_cutoff_is_accepted_and_one_second_earlier_refused() {
    let fixture = Fixture::start().await;
    let cutoff = fixture.in_seconds(-60);
    let since_epoch = cutoff.duration_since(UNIX_EPOCH);
    let cutoff_secs = since_epoch.expect("a time after 1970").as_secs_f64();
    fixture.cut_off("reporting", -60).await;
    let issued_at = |secs: f64| fixture.cognito.token("reporting").claim("iat", secs).sign();
    for (secs, reason) in [
        (cutoff_secs + 0.5, None),
        (cutoff_secs, None),
        (cutoff_secs - 0.001, Some("cut_off")),
        (cutoff_secs - 1.0, Some("cut_off")),
    ] {
        let token = issued_at(secs);
        assert_eq!(fixture.refusal_reason(&token).await, reason, "{secs}");
    }
}

#[actix_web::test]
async fn client_is_shut_out_while_the_cutoff_is_in_the_future() {
    let fixture = Fixture::start().await;
    let token = fixture.token("reporting");
    fixture.cut_off("reporting", 3_000).await;
    for token in [&token, &fixture.token("reporting")] {
        for path in ASKING {
            let answer = fixture.get(path, token).await;
            let expected = (403, "Client is not allowed.".to_owned());
            assert_eq!(refusal(&answer), expected, "{path}");
            assert_eq!((answer.challenge, answer.retry_after), (None, None));
        }
        assert_eq!(fixture.refusal_reason(token).await, Some("cut_off"));
        // Nothing asks for the principal here.
        assert_eq!(fixture.get("/open", token).await.status, 200);
        assert_eq!(fixture.get("/unknown", token).await.status, 404);
        assert_eq!(fixture.get("/own-answer", token).await.body, "own answer");
        assert_eq!(fixture.get("/option", token).await.body, "none");
        assert_eq!(fixture.get("/routed", token).await.body, "fallback");
    }
    assert_eq!(fixture.lookups.load(Ordering::SeqCst), 0);
    let other = fixture.token("billing");
    assert_eq!(fixture.get("/authenticated", &other).await.status, 200);
    // Once the time has come, the old token is invalid, and a new one is accepted.
    fixture.clock.advance(Duration::from_secs(3_000));
    assert_eq!(fixture.get("/authenticated", &token).await.status, 401);
    let new = fixture.token("reporting");
    assert_eq!(fixture.get("/authenticated", &new).await.status, 200);
}

#[actix_web::test]
async fn open_handlers_serve_an_old_token_if_invalid_tokens_do_not_fail() {
    let fixture = Fixture::start_with(
        |_| {},
        |builder, settings| builder.settings(settings.fail_on_invalid_bearer(false)),
    )
    .await;
    fixture.auth.prefetch().await.expect("the keys are fetched");
    let old = fixture.token("reporting");
    fixture.clock.advance(Duration::from_secs(1));
    fixture.cut_off("reporting", 0).await;
    assert_eq!(fixture.get("/open", &old).await.status, 200);
    assert_eq!(fixture.get("/option", &old).await.body, "none");
    let answer = fixture.get("/authenticated", &old).await;
    assert_eq!(refusal(&answer), (401, "Invalid bearer token.".to_owned()));
}

#[actix_web::test]
async fn cut_off_client_is_not_seen() {
    let path = sqlite_path("cut_off_client");
    let mut store = SqliteActivity::new(path);
    store.migrate().await.expect("the table is created");
    let reader = store.reader();
    let fixture = Fixture::start_with(
        |_| {},
        |builder, settings| {
            builder
                .settings(settings.track_client_activity(true))
                .activity_store(store)
        },
    )
    .await;
    fixture.auth.prefetch().await.expect("the keys are fetched");
    fixture.cut_off("reporting", 3_000).await;
    for client in ["reporting", "billing"] {
        let token = fixture.token(client);
        fixture.get("/authenticated", &token).await;
    }
    fixture.auth.shutdown().await;
    let query = cognito_m2m::activity::ClientQuery::new();
    let rows = cognito_m2m::activity::ActivityReader::list(&reader, &query).await;
    let clients = rows.expect("the table is there").clients;
    let clients: Vec<_> = clients.iter().map(|client| &*client.client_id).collect();
    assert_eq!(clients, ["billing"]);
}

#[test]
fn refusal_is_logged_with_the_client_and_the_reason() {
    let Some(log) = CapturedLog::alone(refusal_is_logged_with_the_client_and_the_reason) else {
        return;
    };
    actix_web::rt::System::new().block_on(async {
        let fixture = Fixture::start().await;
        let token = fixture.token("reporting");
        fixture.cut_off("reporting", 3_000).await;
        fixture.get("/authenticated", &token).await;
        fixture.lift("reporting").await;
        fixture.cut_off("reporting", 0).await;
        fixture.get("/authenticated", &token).await;
        let lines = log.lines_with("reason=\"cut_off\"");
        assert_eq!(lines.len(), 2, "{}", log.text());
        for (line, text) in lines.iter().zip(["is shut out", "was issued before"]) {
            assert!(line.contains("client_id=\"reporting\""), "{line}");
            assert!(line.contains("route=\"/authenticated\""), "{line}");
            assert!(line.contains(text), "{line}");
        }
        assert!(!log.text().contains(&token));
        let changes = log.lines_with("the cut-offs have changed");
        assert_eq!(changes.len(), 3, "{changes:?}");
    });
}
