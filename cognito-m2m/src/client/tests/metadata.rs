//! Metadata for single calls, and the bound on the number of tokens that are kept.

use std::collections::HashSet;

use super::oauth::*;
use super::*;
use crate::client::TokenRequest;

fn tenant(name: &str) -> TokenRequest {
    TokenRequest::new("widgets/read").client_metadata("tenant", name)
}

/// Returns `aws_client_metadata` of each request, in order.
fn received_metadata(server: &RawServer) -> Vec<String> {
    let metadata = |body: &str| {
        let mut pairs = url::form_urlencoded::parse(body.as_bytes());
        let pair = pairs.find(|(name, _)| name == "aws_client_metadata");
        pair.map_or(String::new(), |(_, value)| value.into_owned())
    };
    let requests = server.received();
    requests
        .iter()
        .map(|request| metadata(&request.body))
        .collect()
}

#[tokio::test]
async fn metadata_is_part_of_the_key_of_the_cache() {
    let fixture = set_up();
    let tokens = &fixture.tokens;
    let mut secrets = HashSet::new();
    for _ in 0..3 {
        for request in [
            tenant("blue"),
            tenant("red"),
            TokenRequest::new("widgets/read"),
        ] {
            secrets.insert(tokens.token(request).await.unwrap().secret().to_owned());
        }
        let plain = tokens.token("widgets/read").await.unwrap();
        assert!(secrets.contains(plain.secret()));
    }
    assert_eq!(secrets.len(), 3);
    assert_eq!(fixture.cognito.token_requests(), 3);
}

#[tokio::test]
async fn order_of_scopes_and_entries_does_not_matter() {
    let fixture = set_up();
    let one = TokenRequest::new("widgets/read widgets/write")
        .client_metadata("tenant", "blue")
        .client_metadata("stage", "test");
    let other = TokenRequest::new(["widgets/write", "widgets/read", "widgets/write"])
        .client_metadata("stage", "other")
        .client_metadata("stage", "test")
        .client_metadata("tenant", "blue");
    let one = fixture.tokens.token(&one).await.unwrap();
    let other = fixture.tokens.token(other).await.unwrap();
    assert_eq!(one.secret(), other.secret());
    assert_eq!(fixture.cognito.token_requests(), 1);
}

#[tokio::test]
async fn entries_of_a_call_override_those_of_the_builder() {
    let server = token_server([Reply::token("t")]);
    let tokens = client_builder(&server.url("/token"))
        .client_metadata("tenant", "default")
        .client_metadata("stage", "test")
        .build()
        .unwrap();
    tokens.token("widgets/read").await.unwrap();
    tokens.token(tenant("blue")).await.unwrap();
    tokens.fetch_token(tenant("red")).await.unwrap();
    // The same as the builder's, so the token is the one without metadata.
    tokens.token(tenant("default")).await.unwrap();
    assert_eq!(
        received_metadata(&server),
        [
            r#"{"stage":"test","tenant":"default"}"#,
            r#"{"stage":"test","tenant":"blue"}"#,
            r#"{"stage":"test","tenant":"red"}"#,
        ]
    );
}

#[tokio::test]
async fn request_without_scopes_has_the_configured_ones() {
    let server = token_server([Reply::token("t")]);
    let tokens = client_builder(&server.url("/token")).client_scopes("b a");
    let tokens = tokens.build().unwrap();
    let request = TokenRequest::new(()).client_metadata("tenant", "blue");
    let token = tokens.token(request).await.unwrap();
    assert_eq!(token.requested_scopes().as_str(), "a b");
    assert!(server.received()[0].body.contains("scope=a+b&"));
}

#[tokio::test]
async fn invalid_scope_of_a_request_causes_no_request() {
    let fixture = set_up();
    let request = TokenRequest::new(["a b"]).client_metadata("tenant", "blue");
    let error = fixture.tokens.token(&request).await.unwrap_err();
    assert!(matches!(error, TokenClientError::Scope(_)));
    let error = fixture
        .tokens
        .for_origins(["https://api.example"], request)
        .unwrap_err();
    assert!(error.to_string().contains("scopes"), "{error}");
    assert_eq!(fixture.cognito.token_requests(), 0);
}

#[tokio::test]
async fn invalidation_and_refusals_concern_one_set_of_metadata() {
    let fixture = set_up();
    let tokens = &fixture.tokens;
    let blue = tokens.token(tenant("blue")).await.unwrap();
    let red = tokens.token(tenant("red")).await.unwrap();
    assert!(tokens.invalidate(&blue));
    assert!(!tokens.invalidate(&blue));
    assert_ne!(
        tokens.token(tenant("blue")).await.unwrap().secret(),
        blue.secret()
    );
    assert_eq!(
        tokens.token(tenant("red")).await.unwrap().secret(),
        red.secret()
    );

    fail_with(&fixture.cognito, 400, r#"{"error":"invalid_grant"}"#);
    for _ in 0..10 {
        tokens.token(tenant("green")).await.unwrap_err();
    }
    fixture.cognito.set_fault(Endpoint::Token, None);
    tokens.token(tenant("green")).await.unwrap_err();
    tokens.token(tenant("yellow")).await.unwrap();
    assert_eq!(fixture.cognito.token_requests(), 5);
}

#[tokio::test]
async fn renewal_requests_the_same_metadata() {
    let server = token_server([Reply::token("one"), Reply::token("two")]);
    let clock = TestClock::new();
    let tokens = client_builder(&server.url("/token")).clock(clock.clone());
    let tokens = tokens.build().unwrap();
    for _ in 0..2 {
        tokens.token(tenant("blue")).await.unwrap();
    }
    clock.advance(Duration::from_secs(258));
    wait_until(|| server.requests() == 2).await;
    assert_eq!(received_metadata(&server), [r#"{"tenant":"blue"}"#; 2]);
}

#[tokio::test]
async fn clients_for_origins_carry_metadata() {
    let server = token_server([Reply::token("one"), Reply::token("two")]);
    let api = RawServer::start([Reply::new(200, "", "ok")]);
    let tokens = client_builder(&server.url("/token")).build().unwrap();
    let blue = tokens.for_origins([api.origin()], tenant("blue")).unwrap();
    let red = blue.with_client_metadata("tenant", "red");
    assert_eq!(blue.token_for(api.origin()).await.unwrap().secret(), "one");
    assert_eq!(red.token_for(api.origin()).await.unwrap().secret(), "two");

    let blue = blue.into_client().unwrap();
    let red = blue.with_client_metadata("tenant", "red");
    for client in [&blue, &red, &blue] {
        client.get(&api.url("/widgets")).send().await.unwrap();
    }
    let bearers: Vec<_> = api
        .received()
        .iter()
        .map(|request| request.header("authorization").unwrap().to_owned())
        .collect();
    assert_eq!(bearers, ["Bearer one", "Bearer two", "Bearer one"]);
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn least_recently_used_tokens_are_evicted_beyond_1000() {
    let fixture = set_up();
    let tokens = &fixture.tokens;
    let plain = tokens.token("widgets/read").await.unwrap();
    for number in 0..1_050 {
        tokens.token(tenant(&number.to_string())).await.unwrap();
        tokens.token("widgets/read").await.unwrap();
    }
    assert_eq!(fixture.cognito.token_requests(), 1_051);
    // The latest ones are kept, and so is the one in use.
    for number in 51..1_050 {
        tokens.token(tenant(&number.to_string())).await.unwrap();
    }
    let same = tokens.token("widgets/read").await.unwrap();
    assert_eq!(same.secret(), plain.secret());
    assert_eq!(fixture.cognito.token_requests(), 1_051);
    tokens.token(tenant("0")).await.unwrap();
    assert_eq!(fixture.cognito.token_requests(), 1_052);
}

#[tokio::test]
async fn evicted_token_is_neither_renewed_nor_invalidated() {
    let fixture = set_up();
    let tokens = &fixture.tokens;
    for _ in 0..2 {
        tokens.token("widgets/read").await.unwrap();
    }
    let evicted = tokens.token("widgets/read").await.unwrap();
    for number in 0..1_000 {
        tokens.token(tenant(&number.to_string())).await.unwrap();
    }
    assert!(!tokens.invalidate(&evicted));
    fixture.clock.advance(Duration::from_secs(258));
    tokio::time::sleep(Duration::from_millis(200)).await;
    // No other token was used twice, so none is renewed.
    assert_eq!(fixture.cognito.token_requests(), 1_001);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fetch_under_way_survives_any_number_of_new_sets() {
    let fixture = set_up_with(|builder| builder.deadline(TEST_TIMEOUT));
    let tokens = fixture.tokens.clone();
    tokens.token("widgets/write").await.unwrap();
    fixture
        .cognito
        .set_fault(Endpoint::Token, Some(Fault::Hang));
    let call =
        |tokens: TokenClient| tokio::spawn(async move { tokens.token("widgets/read").await });
    let first = call(tokens.clone());
    wait_until(|| fixture.cognito.token_requests() == 2).await;
    fixture.cognito.set_fault(Endpoint::Token, None);
    for number in 0..1_050 {
        tokens.token(tenant(&number.to_string())).await.unwrap();
    }
    // This caller joins the fetch, so no further request is sent.
    let second = call(tokens);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!first.is_finished() && !second.is_finished());
    assert_eq!(fixture.cognito.token_requests(), 1_052);
}

#[tokio::test]
async fn remembered_refusal_is_not_evicted() {
    let fixture = set_up();
    let tokens = &fixture.tokens;
    tokens.token("widgets/admin").await.unwrap_err();
    for number in 0..1_050 {
        tokens.token(tenant(&number.to_string())).await.unwrap();
    }
    let error = tokens.token("widgets/admin").await.unwrap_err();
    assert_eq!(error_code(&error), "invalid_scope");
    assert_eq!(fixture.cognito.token_requests(), 1_051);
    fixture.clock.advance(Duration::from_secs(10));
    tokens.token("widgets/admin").await.unwrap_err();
    assert_eq!(fixture.cognito.token_requests(), 1_052);
}

#[tokio::test]
async fn refusal_of_the_client_is_remembered_beyond_the_bound() {
    let fixture = set_up_with(|builder| builder.client_secret("wrong"));
    for second in 0..60 {
        for number in 0..100 {
            let name = (second % 12 * 100 + number).to_string();
            let error = fixture.tokens.token(tenant(&name)).await.unwrap_err();
            assert_eq!(error_code(&error), "invalid_client");
        }
        fixture.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(fixture.cognito.token_requests(), 6);
}

#[test]
fn values_of_metadata_are_not_printed() {
    let request = tenant("m4rker");
    let tokens = client_builder("https://id.example/token").build().unwrap();
    let origins = tokens
        .for_origins(["https://api.example"], &request)
        .unwrap();
    let other = origins.with_client_metadata("other", "m4rker");
    let shown = format!("{request:?} {request:#?} {origins:?} {other:?}");
    assert!(
        shown.contains("tenant") && !shown.contains("m4rker"),
        "{shown}"
    );
}
