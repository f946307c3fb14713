use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, SystemTime};

use actix_web::rt::System;
use cognito_m2m::cutoff::{Cutoff, CutoffFuture, CutoffStore, SqliteCutoffs};
use cognito_m2m::reqwest::Method;
use cognito_m2m_tests::{Answer, CapturedLog, eventually};
use futures_util::future::select;
use serde_json::json;

use super::operators::{FailingStore, HangingStore, Operators};
use super::suite::{cutoff, read};
use crate::sqlite_file::sqlite_path;

async fn sqlite(name: &str) -> SqliteCutoffs {
    let store = SqliteCutoffs::new(sqlite_path(&format!("cutoff-service-{name}")));
    store.migrate().await.expect("the migration runs");
    store
}

#[actix_web::test]
async fn service_sets_lists_and_lifts_cutoffs() {
    let store = sqlite("all").await;
    let api = Operators::start("all", store.clone()).await;
    assert_eq!(api.list().await, [json!(null); 0]);

    let body =
        r#"{"tokens_issued_before": "2030-01-01T01:00:00.5+01:00", "reason": "<leaked> \u00e9"}"#;
    let answer = api.put("sync-worker", body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let set: serde_json::Value = serde_json::from_str(&answer.body).expect("a JSON body");
    assert_eq!(set["client_id"], "sync-worker");
    assert_eq!(set["tokens_issued_before"], "2030-01-01T00:00:01Z");
    assert_eq!(set["reason"], "<leaked> \u{e9}");
    let cutoffs = read(&store).await;
    assert!(cutoffs[0].set_at() <= SystemTime::now());
    assert!(cutoffs[0].set_at() > SystemTime::now() - Duration::from_secs(600));

    // The pool separator may be encoded.
    for client_id in [
        "tenant-a:sync-worker",
        "tenant-b%3Async-worker",
        "default:a",
    ] {
        assert_eq!(api.put(client_id, "").await.status, 200, "{client_id}");
    }
    let list = api.list().await;
    let ids: Vec<_> = list.iter().map(|cutoff| &cutoff["client_id"]).collect();
    let expected = [
        "a",
        "sync-worker",
        "tenant-a:sync-worker",
        "tenant-b:sync-worker",
    ];
    assert_eq!(ids, expected);
    assert_eq!(list[1]["tokens_issued_before"], "2030-01-01T00:00:01Z");

    for client_id in ["default:sync-worker", "tenant-a:sync-worker", "a"] {
        let answer = api.delete(client_id).await;
        assert_eq!((answer.status, answer.body.as_str()), (204, ""));
        let again = api.delete(client_id).await;
        assert_eq!(again.status, 404);
        assert_eq!(again.detail(), "The client has no cut-off.");
    }
    assert_eq!(api.list().await.len(), 1);
}

/// Without a time, all tokens that exist are refused.
#[actix_web::test]
async fn time_of_a_cutoff_defaults_to_the_next_whole_second() {
    let store = sqlite("now").await;
    let api = Operators::start("now", store.clone()).await;
    let before = SystemTime::now();
    assert_eq!(api.put("sync-worker", "{}").await.status, 200);
    let time = read(&store).await[0].tokens_issued_before();
    assert!(before <= time && time <= SystemTime::now() + Duration::from_secs(1));
}

#[actix_web::test]
async fn every_method_requires_the_policy() {
    let store = sqlite("policy").await;
    store
        .set(cutoff("sync-worker", 0))
        .await
        .expect("the cut-off is set");
    let api = Operators::start("policy", store.clone()).await;
    let wrong = api.token("widgets/read");
    for (method, path) in [
        (Method::GET, "/admin/cutoffs"),
        (Method::HEAD, "/admin/cutoffs"),
        (Method::POST, "/admin/cutoffs"),
        (Method::PUT, "/admin/cutoffs/other"),
        (Method::DELETE, "/admin/cutoffs/sync-worker"),
        (Method::PATCH, "/admin/cutoffs/sync-worker"),
    ] {
        let request = || api.http.request(method.clone(), path);
        assert_eq!(Answer::receive(request()).await.status, 401, "{method}");
        let refused = Answer::receive(request().bearer_auth(&wrong)).await;
        assert_eq!(refused.status, 403, "{method}");
    }
    assert_eq!(read(&store).await, [cutoff("sync-worker", 0)]);
}

#[actix_web::test]
async fn malformed_requests_are_refused_and_change_nothing() {
    let store = sqlite("malformed").await;
    let api = Operators::start("malformed", store.clone()).await;
    for (client_id, body, status, detail) in [
        ("a", "{".to_owned(), 400, "invalid JSON"),
        ("a", "[]".to_owned(), 400, "expected a JSON object"),
        ("a", r#"{"reasn": ""}"#.to_owned(), 400, "unknown field"),
        (
            "a",
            r#"{"tokens_issued_before": "tomorrow"}"#.to_owned(),
            400,
            "expected `tokens_issued_before`",
        ),
        ("a", "\u{feff}{}".to_owned(), 400, "expected a JSON object"),
        ("a", " ".repeat(16 * 1024 + 1), 413, "at most 16 KiB"),
        ("two%20words", String::new(), 400, "is not a client ID"),
        ("a%00", String::new(), 400, "is not a client ID"),
        ("%ff", String::new(), 400, ""),
        ("a:b:c", String::new(), 400, "is not a client ID"),
    ] {
        let answer = api.put(client_id, body.as_str()).await;
        assert_eq!(answer.status, status, "{client_id} {body:.20}");
        assert!(answer.detail().contains(detail), "{}", answer.body);
    }
    for client_id in ["two%20words", "%ff", "*"] {
        let answer = api.delete(client_id).await;
        assert_eq!(answer.status, 400, "{client_id}");
        assert!(answer.detail().contains("is not a client ID"));
    }
    assert_eq!(read(&store).await, []);
}

#[actix_web::test]
async fn other_methods_are_not_allowed_and_nothing_is_cached() {
    let api = Operators::start("methods", sqlite("methods").await).await;
    for (method, path, status, allowed) in [
        (Method::GET, "", 200, None),
        (Method::HEAD, "", 200, None),
        (Method::PUT, "/a", 200, None),
        (Method::DELETE, "/a", 204, None),
        (Method::DELETE, "/a", 404, None),
        (Method::PUT, "/a%20", 400, None),
        (Method::POST, "", 405, Some("GET, HEAD")),
        (Method::DELETE, "", 405, Some("GET, HEAD")),
        (Method::GET, "/a", 405, Some("PUT, DELETE")),
        (Method::POST, "/a", 405, Some("PUT, DELETE")),
    ] {
        let request = api.request(method.clone(), path);
        let response = request.send().await.expect("the server answers");
        assert_eq!(response.status().as_u16(), status, "{method} {path}");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let allow = response.headers().get("allow");
        assert_eq!(allow.map(|value| value.to_str().expect("text")), allowed);
    }
}

#[test]
fn every_change_is_logged_with_its_caller() {
    let Some(log) = CapturedLog::alone(every_change_is_logged_with_its_caller) else {
        return;
    };
    System::new().block_on(async {
        let api = Operators::start("audit", sqlite("audit").await).await;
        let body = r#"{"tokens_issued_before": "2030-01-01T00:00:00Z", "reason": "a\nb \"c\""}"#;
        assert_eq!(api.put("operator", body).await.status, 200);
        assert_eq!(api.delete("operator").await.status, 204);
        assert_eq!(api.delete("operator").await.status, 404);
        assert_eq!(api.put("two%20words", "").await.status, 400);
    });
    let set = log.lines_with("a cut-off has been set");
    let [set] = &set[..] else {
        panic!("expected one line, found {set:?}")
    };
    for part in [
        " INFO ",
        r#"caller="operator""#,
        r#"client_id="operator""#,
        r#"tokens_issued_before="2030-01-01T00:00:00Z""#,
        r#"reason="a\nb \"c\"""#,
    ] {
        assert!(set.contains(part), "{part}: {set}");
    }
    let lifted = log.lines_with("a cut-off has been lifted");
    let [lifted] = &lifted[..] else {
        panic!("expected one line, found {lifted:?}")
    };
    assert!(lifted.contains(" INFO "), "{lifted}");
    assert!(lifted.contains(r#"caller="operator""#), "{lifted}");
}

#[test]
fn failing_store_is_503_and_logged() {
    let Some(log) = CapturedLog::alone(failing_store_is_503_and_logged) else {
        return;
    };
    System::new().block_on(async {
        let api = Operators::start("failing", FailingStore).await;
        let list = Answer::receive(api.request(Method::GET, "")).await;
        for answer in [list, api.put("a", "").await, api.delete("a").await] {
            assert_eq!(answer.status, 503);
            assert_eq!(answer.retry_after.as_deref(), Some("1"));
            assert_eq!(answer.detail(), "The cut-offs are temporarily unavailable.");
        }
    });
    for (message, number) in [
        ("failed to list the cut-offs", 1),
        ("failed to change a cut-off", 2),
    ] {
        let lines = log.lines_with(message);
        assert_eq!(lines.len(), number, "{lines:?}");
        for line in lines {
            assert!(line.contains(" WARN "), "{line}");
            assert!(line.contains("the disk is on fire"), "{line}");
        }
    }
    assert!(log.lines_with("a cut-off has been").is_empty());
}

#[actix_web::test]
async fn store_that_hangs_times_out() {
    let api = Operators::start("hanging", HangingStore).await;
    let list = || Answer::receive(api.request(Method::GET, ""));
    let (first, second, third, set, lifted) =
        futures_util::join!(list(), list(), list(), api.put("a", ""), api.delete("a"));
    for answer in [first, second, third, set, lifted] {
        assert_eq!(answer.status, 503);
    }
}

/// A store that applies a change only after it has been permitted.
#[derive(Clone)]
struct SlowStore {
    store: SqliteCutoffs,
    has_begun: Arc<AtomicBool>,
    is_permitted: Arc<AtomicBool>,
}

impl CutoffStore for SlowStore {
    fn read(&self) -> CutoffFuture<'_, Vec<Cutoff>> {
        self.store.read()
    }

    fn set(&self, cutoff: Cutoff) -> CutoffFuture<'_, ()> {
        Box::pin(async {
            self.has_begun.store(true, SeqCst);
            eventually("the change is permitted", || self.is_permitted.load(SeqCst)).await;
            self.store.set(cutoff).await
        })
    }

    fn lift<'a>(&'a self, client_id: &'a str) -> CutoffFuture<'a, bool> {
        self.store.lift(client_id)
    }
}

#[test]
fn change_is_made_and_logged_although_the_caller_disconnects() {
    let Some(log) = CapturedLog::alone(change_is_made_and_logged_although_the_caller_disconnects)
    else {
        return;
    };
    System::new().block_on(async {
        let store = SlowStore {
            store: sqlite("slow").await,
            has_begun: Arc::default(),
            is_permitted: Arc::default(),
        };
        let api = Operators::start("slow", store.clone()).await;
        let request = api.request(Method::PUT, "/sync-worker").send();
        let has_begun = eventually("the change begins", || store.has_begun.load(SeqCst));
        // Drops the request when the change has begun.
        select(Box::pin(request), Box::pin(has_begun)).await;
        assert!(log.lines_with("a cut-off has been set").is_empty());
        store.is_permitted.store(true, SeqCst);
        eventually("the change is logged", || {
            !log.lines_with("a cut-off has been set").is_empty()
        })
        .await;
        assert_eq!(read(&store.store).await.len(), 1);
    });
}
