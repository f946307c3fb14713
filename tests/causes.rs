//! Logged and reported errors contain the whole chain of sources, once, and escaped once.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, HttpResponse, Responder, get};
use cognito_m2m::activity::{
    ActivityError, ActivityReader, ActivityStore, ClientActivity, ClientQuery, ReaderFuture,
    StoreFuture,
};
use cognito_m2m::client::{TokenClient, TokenClientError};
use cognito_m2m::testing::{LocalCognito, TestClock};
use cognito_m2m::users::UserMappingError;
use cognito_m2m::{
    ClientActivityList, CognitoAuth, MappedUser, Policy, ServicePrincipal, require_scopes,
};
use cognito_m2m_tests::{CapturedLog, eventually};

#[cfg(feature = "postgres")]
mod postgres;
mod servers;

use servers::{CANARY, Failure, failures};

#[get("/guarded")]
#[require_scopes("widgets/read")]
async fn guarded() -> impl Responder {
    HttpResponse::Ok()
}

#[get("/user")]
async fn user(_: MappedUser<u64>) -> impl Responder {
    HttpResponse::Ok()
}

/// Where an error appears, and its text there.
type Report = (&'static str, String);

#[actix_web::test]
async fn every_failure_to_fetch_keys_is_distinct_in_every_place() {
    let this = every_failure_to_fetch_keys_is_distinct_in_every_place;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let token = cognito.token("reporting").scope("widgets/read").sign();
    let mut texts = BTreeSet::new();
    let failures = failures();
    for failure in &failures {
        for (place, text) in reports_of_keys(&log, &cognito, &token, failure).await {
            assert_text(place, &text, failure, failure.of_keys);
            if place == "health" {
                texts.insert(text);
            }
        }
    }
    assert_eq!(texts.len(), failures.len(), "{texts:#?}");
}

async fn reports_of_keys(
    log: &CapturedLog,
    cognito: &LocalCognito,
    token: &str,
    failure: &Failure,
) -> Vec<Report> {
    let settings = cognito
        .settings()
        .jwks_url(format!("{}?{CANARY}", failure.url))
        .jwks_connect_timeout(failure.connect_timeout)
        .jwks_timeout(failure.timeout);
    let mut builder = CognitoAuth::builder().settings(settings);
    if let Some(client) = &failure.http_client {
        builder = builder.http_client(client.clone());
    }
    let auth = builder.build().unwrap_or_else(|error| panic!("{error}"));
    let error = auth.prefetch().await.expect_err("no keys can be fetched");
    assert_eq!(format!("{error:?}"), error.to_string());
    assert!(error.to_string().contains("`default`"), "{error}");
    let health = auth.health();
    let app = init_service(App::new().wrap(auth.clone()).service(guarded)).await;
    let request = TestRequest::get().uri("/guarded");
    let request = request.insert_header(("Authorization", format!("Bearer {token}")));
    let response = call_service(&app, request.to_request()).await;
    assert_eq!(response.status(), 503, "{}", failure.name);
    vec![
        ("prefetch", error.to_string()),
        ("health", last_error(&health)),
        ("log", last_line(log, "failed to fetch the signing keys")),
        ("refusal", last_line(log, "request refused")),
    ]
}

fn last_error(health: &cognito_m2m::Health) -> String {
    let error = health.pools()[0].last_error();
    error.expect("the fetch has failed").to_owned()
}

#[actix_web::test]
async fn every_failure_to_request_a_token_is_distinct_in_every_place() {
    let this = every_failure_to_request_a_token_is_distinct_in_every_place;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let mut texts = BTreeSet::new();
    let failures = failures();
    for failure in &failures {
        let error = error_of_token(failure).await;
        let line = last_line(&log, "failed to fetch a token");
        for (place, text) in [("error", error.to_string()), ("log", line)] {
            assert_text(place, &text, failure, failure.of_tokens);
        }
        let TokenClientError::Transport(error) = error else {
            panic!("{}: {error}", failure.name);
        };
        let is_timeout = failure.connect_timeout.min(failure.timeout) < Duration::from_secs(60);
        assert_eq!(error.is_timeout(), is_timeout, "{}", failure.name);
        let is_connect = failure.of_keys.contains("connect");
        assert_eq!(error.is_connect(), is_connect, "{}", failure.name);
        texts.insert(error.to_string());
    }
    assert_eq!(texts.len(), failures.len(), "{texts:#?}");
}

async fn error_of_token(failure: &Failure) -> TokenClientError {
    let clock = TestClock::new();
    let mut builder = TokenClient::builder()
        .token_url(&failure.url)
        .client_id("reporting")
        .client_secret("s3cret")
        .connect_timeout(failure.connect_timeout)
        .timeout(failure.timeout)
        .deadline(Duration::from_secs(1_000_000))
        .clock(clock.clone());
    if let Some(client) = &failure.http_client {
        builder = builder.http_client(client.clone());
    }
    let tokens = builder.build().unwrap_or_else(|error| panic!("{error}"));
    let call = tokens.token("widgets/read");
    let mut call = std::pin::pin!(call);
    loop {
        // Shortens the pauses between the attempts.
        let step = actix_web::rt::time::sleep(Duration::from_millis(10));
        if let Ok(result) = actix_web::rt::time::timeout(Duration::ZERO, &mut call).await {
            return result.expect_err("no token can be fetched");
        }
        step.await;
        clock.advance(Duration::from_secs(1));
    }
}

fn assert_text(place: &str, text: &str, failure: &Failure, expected: &str) {
    let context = format!("{}, {place}: {text}", failure.name);
    assert!(text.contains(expected), "{context}");
    assert!(text.contains(failure.root), "{context}");
    if !failure.root.is_empty() && !failure.root.contains("timed out") {
        assert_eq!(text.matches(failure.root).count(), 1, "once: {context}");
    }
    assert!(!text.contains(CANARY), "no query: {context}");
    assert!(!text.contains("for url"), "no URL: {context}");
}

fn last_line(log: &CapturedLog, part: &str) -> String {
    let lines = log.lines_with(part);
    lines.last().cloned().unwrap_or_else(|| panic!("{part}"))
}

/// An error with a source, and with characters that must be escaped in a log.
#[derive(Debug)]
struct BrokenRow(io::Error);

impl BrokenRow {
    fn new() -> Self {
        Self(io::Error::other("the \"disk\"\nINFO is full"))
    }
}

impl fmt::Display for BrokenRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the row \"7\" is broken")
    }
}

impl Error for BrokenRow {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

/// The form in which a log line must contain [`BrokenRow`].
const BROKEN_ROW: &str = r#"cause="the row \"7\" is broken: the \"disk\"\nINFO is full""#;

#[actix_web::test]
async fn cause_of_a_failed_user_lookup_is_logged_with_its_sources_and_escaped_once() {
    let this = cause_of_a_failed_user_lookup_is_logged_with_its_sources_and_escaped_once;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    async fn find(principal: ServicePrincipal) -> Result<Option<u64>, UserMappingError> {
        match principal.client_id().as_str() {
            "failing" => Err(UserMappingError::failed(BrokenRow::new())),
            _ => Err(UserMappingError::unavailable(BrokenRow::new())),
        }
    }
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let auth = CognitoAuth::builder()
        .settings(cognito.settings().user_mapping_enabled(true))
        .user_mapper(find)
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let app = init_service(App::new().wrap(auth.clone()).service(user)).await;
    for (client, status) in [("failing", 500), ("unreachable", 503)] {
        let token = cognito.token(client).sign();
        let request = TestRequest::get().uri("/user");
        let request = request.insert_header(("Authorization", format!("Bearer {token}")));
        let response = call_service(&app, request.to_request()).await;
        assert_eq!(response.status(), status);
        let line = last_line(&log, "request refused");
        assert!(line.contains(BROKEN_ROW), "{line}");
    }
}

/// A store and a reader that fail.
struct BrokenTable;

fn statement_error() -> ActivityError {
    ActivityError::Statement(BrokenRow::new().into())
}

impl ActivityStore for BrokenTable {
    fn check(&mut self) -> StoreFuture<'_> {
        Box::pin(async { Err(statement_error()) })
    }

    fn write(&mut self, _: Arc<[ClientActivity]>) -> StoreFuture<'_> {
        Box::pin(async { Err(statement_error()) })
    }
}

impl ActivityReader for BrokenTable {
    fn list<'a>(&'a self, _: &'a ClientQuery) -> ReaderFuture<'a> {
        Box::pin(async { Err(statement_error()) })
    }
}

#[actix_web::test]
async fn cause_of_a_failed_activity_table_is_logged_with_its_sources_and_escaped_once() {
    let this = cause_of_a_failed_activity_table_is_logged_with_its_sources_and_escaped_once;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let settings = cognito.settings().track_client_activity(true);
    let auth = CognitoAuth::builder()
        .settings(settings.shutdown_timeout(Duration::from_millis(200)))
        .activity_store(BrokenTable)
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let policy = Policy::scopes(["widgets/admin"]).expect("valid scopes");
    let list = ClientActivityList::new("/clients", BrokenTable, policy);
    let app = init_service(App::new().wrap(auth.clone()).service(list)).await;
    let token = cognito.token("reporting").scope("widgets/admin").sign();
    let request = TestRequest::get().uri("/clients");
    let request = request.insert_header(("Authorization", format!("Bearer {token}")));
    assert_eq!(call_service(&app, request.to_request()).await.status(), 503);
    for message in [
        "the activity store is not ready",
        "failed to write client activity",
        "failed to list the clients",
    ] {
        eventually(message, || !log.lines_with(message).is_empty()).await;
        let line = last_line(&log, message);
        assert!(line.contains(BROKEN_ROW), "{line}");
    }
}
