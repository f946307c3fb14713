use std::thread;

use super::*;
use crate::client::RequestedScopes;
use crate::scope::Scope;

const READ: Scope = Scope::from_static("widgets/read");

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thousand_concurrent_callers_make_one_request() {
    let setting = set_up();
    let delay = Fault::Delay(Duration::from_millis(100));
    setting.cognito.set_fault(Endpoint::Token, Some(delay));
    let callers: Vec<_> = (0..1_000)
        .map(|number| {
            let tokens = setting.tokens.clone();
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
    assert_eq!(setting.cognito.token_requests(), 1);
}

// As Actix workers are: a thread and a current-thread runtime each.
fn worker_runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

#[test]
fn callers_on_many_runtimes_share_one_request() {
    let setting = set_up();
    let delay = Fault::Delay(Duration::from_millis(100));
    setting.cognito.set_fault(Endpoint::Token, Some(delay));
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let tokens = setting.tokens.clone();
            thread::spawn(move || worker_runtime().block_on(tokens.token(READ)).unwrap())
        })
        .collect();
    for worker in workers {
        worker.join().unwrap();
    }
    assert_eq!(setting.cognito.token_requests(), 1);
}

#[test]
fn starter_may_end_with_its_runtime() {
    let setting = set_up();
    let delay = Fault::Delay(Duration::from_millis(300));
    setting.cognito.set_fault(Endpoint::Token, Some(delay));
    let starter = || {
        let runtime = worker_runtime();
        runtime.block_on(async {
            let mut call = std::pin::pin!(setting.tokens.token(READ));
            assert!(futures_util::poll!(call.as_mut()).is_pending());
            eventually(|| setting.cognito.token_requests() == 1).await;
        });
        runtime.shutdown_background();
    };
    thread::scope(|scope| drop(scope.spawn(starter)));

    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    // This runtime has not even a timer.
    runtime.block_on(setting.tokens.token(READ)).unwrap();
    assert_eq!(setting.cognito.token_requests(), 1);
}

#[tokio::test]
async fn each_scope_set_has_a_token_of_its_own() {
    let setting = set_up();
    let read = setting.tokens.token(READ).await.unwrap();
    let both = setting
        .tokens
        .token(["widgets/write", "widgets/read"])
        .await
        .unwrap();
    assert_ne!(read.secret(), both.secret());
    let prepared = RequestedScopes::new("widgets/read").unwrap();
    assert_eq!(
        setting.tokens.token(&prepared).await.unwrap().secret(),
        read.secret()
    );
    assert_eq!(setting.cognito.token_requests(), 2);
}

#[tokio::test]
async fn fetch_token_is_one_request_each_time() {
    let setting = set_up();
    let first = setting.tokens.fetch_token("widgets/read").await.unwrap();
    let second = setting.tokens.fetch_token("widgets/read").await.unwrap();
    assert_eq!(setting.cognito.token_requests(), 2);
    assert_eq!(first.expires_in(), Some(Duration::from_secs(300)));
    assert_eq!(first.token_type(), "Bearer");
    assert_eq!(first.raw()["expires_in"], 300);
    assert_eq!(second.raw()["access_token"], second.access_token().secret());

    fail(&setting.cognito, 503, "");
    setting
        .tokens
        .fetch_token("widgets/read")
        .await
        .unwrap_err();
    assert_eq!(setting.cognito.token_requests(), 3);
}

#[tokio::test]
async fn configured_scopes_are_those_of_a_call_that_names_none() {
    let server = RawServer::start([Answer::token("t")]);
    let tokens = client_of(&server.url("/token"))
        .client_scopes("b a")
        .build()
        .unwrap();
    tokens.token(()).await.unwrap();
    tokens.fetch_token("").await.unwrap();
    tokens.fetch_token("c").await.unwrap();
    let bodies: Vec<String> = server.received().into_iter().map(|it| it.body).collect();
    assert_eq!(
        bodies,
        [
            "grant_type=client_credentials&scope=a+b",
            "grant_type=client_credentials&scope=a+b",
            "grant_type=client_credentials&scope=c",
        ]
    );
}

#[tokio::test]
async fn without_scopes_the_request_names_none() {
    let setting = set_up();
    let token = setting.tokens.token(()).await.unwrap();
    let granted = token.granted_scopes().unwrap();
    assert_eq!(granted.to_string(), "widgets/read widgets/write");

    let server = RawServer::start([Answer::token("t")]);
    let tokens = client_of(&server.url("/token")).build().unwrap();
    tokens.token([""; 0]).await.unwrap();
    assert_eq!(server.received()[0].body, "grant_type=client_credentials");
}

#[tokio::test]
async fn request_carries_credentials_as_told() {
    use crate::client::CredentialPlacement;

    let server = RawServer::start([Answer::token("t")]);
    let client = || client_of(&server.url("/oauth2/token")).client_secret("a b:c");
    let basic = client().client_metadata("tenant", "blue").build().unwrap();
    basic.token("a").await.unwrap();
    let form = client().credential_placement(CredentialPlacement::Form);
    form.build().unwrap().token("a").await.unwrap();

    let [basic, form] = &server.received()[..] else {
        panic!("expected two requests");
    };
    assert!(basic.head.starts_with("POST /oauth2/token HTTP/1.1\r\n"));
    assert_eq!(
        basic.header("authorization"),
        Some("Basic cmVwb3J0aW5nOmErYiUzQWM=")
    );
    assert_eq!(
        basic.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert!(
        basic
            .body
            .ends_with("&aws_client_metadata=%7B%22tenant%22%3A%22blue%22%7D")
    );
    assert_eq!(form.header("authorization"), None);
    assert_eq!(
        form.body,
        "grant_type=client_credentials&scope=a&client_id=reporting&client_secret=a+b%3Ac"
    );
}

#[tokio::test]
async fn local_cognito_takes_both_placements_and_metadata() {
    use crate::client::CredentialPlacement;

    for placement in [CredentialPlacement::Basic, CredentialPlacement::Form] {
        let setting = set_up_with(|builder| {
            let builder = builder.client_metadata("tenant", "blue");
            builder
                .credential_placement(placement)
                .client_secret("x y+=%:ü")
        });
        register(&setting.cognito, "x y+=%:ü");
        setting.tokens.token(READ).await.unwrap();
    }
}

#[tokio::test]
async fn text_that_is_no_scope_makes_no_request() {
    let setting = set_up();
    let error = setting.tokens.token(["a b"]).await.unwrap_err();
    assert!(matches!(error, TokenClientError::Scope(_)));
    assert_eq!(setting.cognito.token_requests(), 0);
}

#[tokio::test]
async fn last_clone_may_go_while_the_token_stays() {
    let setting = set_up();
    let token = setting.tokens.token(READ).await.unwrap();
    drop(setting.tokens);
    assert!(!token.secret().is_empty());
}
