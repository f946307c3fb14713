//! The requests that a token endpoint receives.

use super::oauth::*;
use super::*;
use crate::scope::Scope;

const READ: Scope = Scope::from_static("widgets/read");

#[tokio::test]
async fn call_without_scopes_requests_the_configured_scopes() {
    let server = token_server([Reply::token("t")]);
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
    let server = token_server([Reply::token("t")]);
    let tokens = client_builder(&server.url("/token")).build().unwrap();
    tokens.token([""; 0]).await.unwrap();
    assert_eq!(server.received()[0].body, "grant_type=client_credentials");
}

#[tokio::test]
async fn credentials_are_sent_in_the_configured_place() {
    use crate::client::CredentialPlacement;

    let server = token_server([Reply::token("t")]);
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
    let server = token_server([Reply::token("t")]);
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
    let server = token_server([Reply::new(302, &location, "")]);
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
