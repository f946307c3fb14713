use std::thread;

use super::*;
use crate::client::{AccessToken, RequestedScopes};
use crate::scope::Scope;

const READ: Scope = Scope::from_static("widgets/read");

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thousand_concurrent_callers_share_one_request() {
    let fixture = set_up();
    let delay = Fault::Delay(Duration::from_millis(100));
    fixture.cognito.set_fault(Endpoint::Token, Some(delay));
    let callers: Vec<_> = (0..1_000)
        .map(|number| {
            let tokens = fixture.tokens.clone();
            let scopes = match number % 3 {
                0 => "widgets/read widgets/write",
                1 => "widgets/write widgets/read",
                _ => "widgets/read widgets/write widgets/read",
            };
            tokio::spawn(async move { tokens.token(scopes).await.unwrap() })
        })
        .collect();
    let mut secrets = Vec::new();
    for caller in callers {
        secrets.push(caller.await.unwrap().secret().to_owned());
    }
    secrets.dedup();
    assert_eq!(secrets.len(), 1);
    assert_eq!(fixture.cognito.token_requests(), 1);
}

// An Actix worker is a thread with a current-thread runtime.
fn worker_runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

#[test]
fn callers_on_many_runtimes_share_one_request() {
    let fixture = set_up();
    let delay = Fault::Delay(Duration::from_millis(100));
    fixture.cognito.set_fault(Endpoint::Token, Some(delay));
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let tokens = fixture.tokens.clone();
            thread::spawn(move || worker_runtime().block_on(tokens.token(READ)).unwrap())
        })
        .collect();
    for worker in workers {
        worker.join().unwrap();
    }
    assert_eq!(fixture.cognito.token_requests(), 1);
}

#[test]
fn fetch_survives_the_runtime_of_the_caller_that_started_it() {
    let fixture = set_up();
    let delay = Fault::Delay(Duration::from_millis(300));
    fixture.cognito.set_fault(Endpoint::Token, Some(delay));
    let starter = || {
        let runtime = worker_runtime();
        runtime.block_on(async {
            let mut call = std::pin::pin!(fixture.tokens.token(READ));
            assert!(futures_util::poll!(call.as_mut()).is_pending());
            wait_until(|| fixture.cognito.token_requests() == 1).await;
        });
        runtime.shutdown_background();
    };
    thread::scope(|scope| drop(scope.spawn(starter)));

    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    // This runtime has no timer.
    runtime.block_on(fixture.tokens.token(READ)).unwrap();
    assert_eq!(fixture.cognito.token_requests(), 1);
}

#[tokio::test]
async fn each_scope_set_has_its_own_token() {
    let fixture = set_up();
    let read = fixture.tokens.token(READ).await.unwrap();
    let both = fixture
        .tokens
        .token(["widgets/write", "widgets/read"])
        .await
        .unwrap();
    assert_ne!(read.secret(), both.secret());
    let prepared = RequestedScopes::new("widgets/read").unwrap();
    assert_eq!(
        fixture.tokens.token(&prepared).await.unwrap().secret(),
        read.secret()
    );
    assert_eq!(fixture.cognito.token_requests(), 2);
}

#[tokio::test]
async fn fetch_token_always_sends_one_request() {
    let fixture = set_up();
    let first = fixture.tokens.fetch_token("widgets/read").await.unwrap();
    let second = fixture.tokens.fetch_token("widgets/read").await.unwrap();
    assert_eq!(fixture.cognito.token_requests(), 2);
    assert_eq!(first.expires_in(), Some(Duration::from_secs(300)));
    assert_eq!(first.token_type(), "Bearer");
    assert_eq!(raw_member(&first, "expires_in"), 300);
    let secret = second.access_token().secret();
    assert_eq!(raw_member(&second, "access_token"), secret);

    fail_with(&fixture.cognito, 503, "");
    fixture
        .tokens
        .fetch_token("widgets/read")
        .await
        .unwrap_err();
    assert_eq!(fixture.cognito.token_requests(), 3);
}

#[tokio::test]
async fn call_without_scopes_requests_the_configured_scopes() {
    let fixture = set_up_with(|builder| builder.client_scopes("widgets/write"));
    let granted = |token: &AccessToken| token.granted_scopes().unwrap().to_string();
    let token = fixture.tokens.token(()).await.unwrap();
    assert_eq!(granted(&token), "widgets/write");
    let response = fixture.tokens.fetch_token("").await.unwrap();
    assert_eq!(granted(response.access_token()), "widgets/write");
    let response = fixture.tokens.fetch_token(READ).await.unwrap();
    assert_eq!(granted(response.access_token()), "widgets/read");
}

#[tokio::test]
async fn request_without_any_scopes_is_granted_all() {
    let fixture = set_up();
    for token in [
        fixture.tokens.token(()).await.unwrap(),
        fixture.tokens.token([""; 0]).await.unwrap(),
    ] {
        let granted = token.granted_scopes().unwrap();
        assert_eq!(granted.to_string(), "widgets/read widgets/write");
    }
    assert_eq!(fixture.cognito.token_requests(), 1);
}

#[tokio::test]
async fn invalid_scope_causes_no_request() {
    let fixture = set_up();
    let error = fixture.tokens.token(["a b"]).await.unwrap_err();
    assert!(matches!(error, TokenClientError::Scope(_)));
    assert_eq!(fixture.cognito.token_requests(), 0);
}

#[tokio::test]
async fn token_outlives_the_client() {
    let fixture = set_up();
    let token = fixture.tokens.token(READ).await.unwrap();
    drop(fixture.tokens);
    assert!(!token.secret().is_empty());
}
