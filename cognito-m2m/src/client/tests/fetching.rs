use std::thread;

use super::*;
use crate::client::RequestedScopes;
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
    assert_eq!(first.raw()["expires_in"], 300);
    assert_eq!(second.raw()["access_token"], second.access_token().secret());

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
    let server = RawServer::start([Reply::token("t")]);
    let tokens = client_builder(&server.url("/token"))
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
async fn request_without_any_scopes_omits_the_parameter() {
    let fixture = set_up();
    let token = fixture.tokens.token(()).await.unwrap();
    let granted = token.granted_scopes().unwrap();
    assert_eq!(granted.to_string(), "widgets/read widgets/write");

    let server = RawServer::start([Reply::token("t")]);
    let tokens = client_builder(&server.url("/token")).build().unwrap();
    tokens.token([""; 0]).await.unwrap();
    assert_eq!(server.received()[0].body, "grant_type=client_credentials");
}

#[tokio::test]
async fn credentials_are_sent_in_the_configured_place() {
    use crate::client::CredentialPlacement;

    let server = RawServer::start([Reply::token("t")]);
    let client = || client_builder(&server.url("/oauth2/token")).client_secret("a b:c");
    let basic = client().client_metadata("tenant", "blue").build().unwrap();
    basic.token("a").await.unwrap();
    let form = client().credential_placement(CredentialPlacement::Form);
    form.build().unwrap().token("a").await.unwrap();

    let [basic, form] = &server.received()[..] else {
        panic!("the server did not receive two requests");
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
async fn scopes_are_in_the_query_too_if_configured() {
    let server = RawServer::start([Reply::token("t")]);
    let tokens = client_builder(&server.url("/oauth2/token"))
        .scope_in_query(true)
        .build()
        .unwrap();
    for scopes in ["widgets/write widgets/read", "widgets/read widgets/write"] {
        tokens.fetch_token(scopes).await.unwrap();
    }
    tokens.token(()).await.unwrap();

    let [first, second, without_scopes] = &server.received()[..] else {
        panic!("the server did not receive three requests");
    };
    for request in [first, second] {
        assert!(
            request.head.starts_with(
                "POST /oauth2/token?scope=widgets%2Fread+widgets%2Fwrite HTTP/1.1\r\n"
            )
        );
        assert_eq!(
            request.body,
            "grant_type=client_credentials&scope=widgets%2Fread+widgets%2Fwrite"
        );
        assert!(
            request
                .header("authorization")
                .unwrap()
                .starts_with("Basic ")
        );
    }
    let head = &without_scopes.head;
    assert!(
        head.starts_with("POST /oauth2/token HTTP/1.1\r\n"),
        "{head}"
    );
}

#[tokio::test]
async fn redirect_is_noticed_with_scopes_in_the_query() {
    let other = RawServer::start([Reply::token("stolen")]);
    let location = format!("location: {}\r\n", other.url("/token?scope=a"));
    let server = RawServer::start([Reply::new(302, &location, "")]);
    let tokens = client_builder(&server.url("/token"))
        .scope_in_query(true)
        .http_client(reqwest::Client::builder().no_proxy().build().unwrap())
        .build()
        .unwrap();
    let error = tokens.token("a").await.unwrap_err();
    assert!(matches!(error, TokenClientError::Redirected(_)), "{error}");

    let fixture = set_up_with(|builder| builder.scope_in_query(true));
    fixture.tokens.token(READ).await.unwrap();
}

#[test]
fn scope_in_query_requires_http_basic() {
    use crate::client::{CredentialPlacement, TokenClientBuildError};

    let builder = || client_builder("https://id.example/token").scope_in_query(true);
    assert!(builder().build().is_ok());
    let error = builder().credential_placement(CredentialPlacement::Form);
    let Err(TokenClientBuildError::Settings(error)) = error.build() else {
        panic!("the scopes and the credentials are in different places");
    };
    assert_eq!(error.faults()[0].setting(), "scope_in_query");
    assert_eq!(error.faults().len(), 1);
}

#[tokio::test]
async fn local_cognito_accepts_both_placements_and_metadata() {
    use crate::client::CredentialPlacement;

    for placement in [CredentialPlacement::Basic, CredentialPlacement::Form] {
        let fixture = set_up_with(|builder| {
            let builder = builder.client_metadata("tenant", "blue");
            builder
                .credential_placement(placement)
                .client_secret("x y+=%:ü")
        });
        register(&fixture.cognito, "x y+=%:ü");
        fixture.tokens.token(READ).await.unwrap();
    }
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
