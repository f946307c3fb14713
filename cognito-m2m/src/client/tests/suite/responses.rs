use super::*;
use crate::client::InvalidTokenResponse;

const INVALID_BODIES: [(&str, InvalidTokenResponse); 16] = [
    ("", InvalidTokenResponse::NotAnObject),
    ("<html>signed in</html>", InvalidTokenResponse::NotAnObject),
    (r#"["t"]"#, InvalidTokenResponse::NotAnObject),
    (
        r#"{"token_type":"Bearer"}"#,
        InvalidTokenResponse::AccessToken,
    ),
    (
        r#"{"access_token":"","token_type":"Bearer"}"#,
        InvalidTokenResponse::AccessToken,
    ),
    (
        r#"{"access_token":7,"token_type":"Bearer"}"#,
        InvalidTokenResponse::AccessToken,
    ),
    (
        r#"{"access_token":"a\r\nb","token_type":"Bearer"}"#,
        InvalidTokenResponse::AccessToken,
    ),
    (
        r#"{"access_token":"a","access_token":"b","token_type":"Bearer"}"#,
        InvalidTokenResponse::DuplicateMember,
    ),
    (
        r#"{"access_token":"a","\u0061ccess_token":"b","token_type":"Bearer"}"#,
        InvalidTokenResponse::DuplicateMember,
    ),
    (
        r#"{"access_token":"t","token_type":"Bearer","error":7}"#,
        InvalidTokenResponse::Error,
    ),
    (r#"{"access_token":"t"}"#, InvalidTokenResponse::TokenType),
    (
        r#"{"access_token":"t","token_type":"mac"}"#,
        InvalidTokenResponse::TokenType,
    ),
    (
        r#"{"access_token":"t","token_type":"Bearer","expires_in":0}"#,
        InvalidTokenResponse::ExpiresIn,
    ),
    (
        r#"{"access_token":"t","token_type":"Bearer","expires_in":-5}"#,
        InvalidTokenResponse::ExpiresIn,
    ),
    (
        r#"{"access_token":"t","token_type":"Bearer","expires_in":"300"}"#,
        InvalidTokenResponse::ExpiresIn,
    ),
    (
        r#"{"access_token":"t","token_type":"Bearer","expires_in":0.5}"#,
        InvalidTokenResponse::ExpiresIn,
    ),
];

async fn error_for(reply: Reply) -> TokenClientError {
    let server = token_server([reply]);
    let tokens = client_builder(&server.url("/token")).clock(TestClock::new());
    let tokens = tokens.build().unwrap();
    let error = tokens.token("a").await.unwrap_err();
    assert_eq!(server.requests(), 1, "{error}");
    // An invalid response is remembered as well.
    tokens.token("a").await.unwrap_err();
    assert_eq!(server.requests(), 1, "{error}");
    error
}

fn invalid_response(error: TokenClientError) -> InvalidTokenResponse {
    match error {
        TokenClientError::InvalidResponse(error) => error,
        other => panic!("not an invalid response: {other:?}"),
    }
}

#[tokio::test]
async fn invalid_responses_are_typed_errors() {
    for (body, expected) in INVALID_BODIES {
        assert_eq!(
            invalid_response(error_for(Reply::json(body)).await),
            expected,
            "{body}"
        );
        let fixture = set_up();
        fail_with(&fixture.cognito, 200, body);
        let error = fixture.tokens.token("widgets/read").await.unwrap_err();
        assert_eq!(invalid_response(error), expected, "{body}");
    }
}

#[tokio::test]
async fn error_with_status_200_is_an_oauth_error() {
    for body in [
        r#"{"access_token":"t","token_type":"Bearer","expires_in":300,"error":"invalid_scope"}"#,
        r#"{"error":"invalid_scope"}"#,
        r#"{"\u0065rror":"invalid_scope","access_token":"t","token_type":"Bearer"}"#,
    ] {
        let error = error_for(Reply::json(body)).await;
        assert_eq!(error_code(&error), "invalid_scope", "{body}");
        assert!(error.to_string().ends_with("(status 200)"), "{error}");
    }
}

#[tokio::test]
async fn whole_float_is_a_valid_expires_in() {
    let body = r#"{"access_token":"t","token_type":"bearer","expires_in":300.0}"#;
    let server = token_server([Reply::json(body)]);
    let tokens = client_builder(&server.url("/token")).build().unwrap();
    let token = tokens.token("a").await.unwrap();
    assert_eq!(token.lifetime(), Some(Duration::from_secs(300)));
}

#[tokio::test]
async fn response_above_the_limit_is_rejected() {
    let long = "x".repeat(70_000);
    let body = format!(r#"{{"access_token":"t","token_type":"Bearer","pad":"{long}"}}"#);
    let error = invalid_response(error_for(Reply::json(&body)).await);
    assert_eq!(error, InvalidTokenResponse::TooLarge(65_536));

    // The body has no `content-length`.
    let unbounded = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{long}");
    let error = invalid_response(error_for(Reply::Bytes(unbounded.into())).await);
    assert_eq!(error, InvalidTokenResponse::TooLarge(65_536));
}

#[tokio::test]
async fn redirect_is_an_error_and_is_not_followed() {
    let other = RawServer::start([Reply::token("stolen")]);
    let location = format!("location: {}\r\n", other.url("/"));
    for status in [301, 302, 303, 307, 308] {
        let error = error_for(Reply::new(status, &location, "")).await;
        assert!(matches!(error, TokenClientError::Redirected(found) if found == status));
    }
    let fixture = set_up();
    let fault = Fault::Redirect(other.url("/"));
    fixture.cognito.set_fault(Endpoint::Token, Some(fault));
    let error = fixture.tokens.token("widgets/read").await.unwrap_err();
    assert!(matches!(error, TokenClientError::Redirected(302)));
    assert_eq!(other.requests(), 0);
}

#[tokio::test]
async fn custom_client_that_follows_redirects_sends_no_secret_along() {
    for status in [302, 303, 307, 308] {
        for placement in placements() {
            let other = RawServer::start([Reply::token("stolen")]);
            let location = format!("location: {}\r\n", other.url("/"));
            let server = token_server([Reply::new(status, &location, "")]);
            let tokens = client_builder(&server.url("/token"))
                .credential_placement(placement)
                .http_client(reqwest::Client::builder().no_proxy().build().unwrap())
                .build()
                .unwrap();
            let error = tokens.token("a").await.unwrap_err();
            assert!(
                matches!(error, TokenClientError::Redirected(_)),
                "{error:?}"
            );
            for request in other.received() {
                assert_eq!(request.header("authorization"), None);
                assert_eq!(request.body, "");
            }
        }
    }
}

#[tokio::test]
async fn token_that_expires_on_its_way_is_not_returned() {
    let clock = TestClock::new();
    let server = token_server([Reply::late_token(&clock, Duration::from_secs(301))]);
    let tokens = client_builder(&server.url("/token")).clock(clock);
    let tokens = tokens.build().unwrap();
    let error = invalid_response(tokens.token("widgets/read").await.unwrap_err());
    let InvalidTokenResponse::ExpiredOnArrival(token) = error else {
        panic!("not an expired token: {error:?}");
    };
    assert_eq!((token.exp(), token.clock_ahead()), (None, None));
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn unusual_responses_are_accepted_or_capped() {
    for (members, lifetime) in [
        (r#""token_type":"BEARER","expires_in":300.0"#, Some(300)),
        (r#""token_type":"bearer","expires_in":604800"#, Some(86_400)),
        (r#""token_type":"Bearer""#, None),
    ] {
        let fixture = set_up();
        let body = format!(r#"{{"access_token":"t",{members}}}"#);
        fail_with(&fixture.cognito, 200, &body);
        for _ in 0..3 {
            let token = fixture.tokens.token("widgets/read").await.unwrap();
            assert_eq!(
                token.lifetime().map(|lifetime| lifetime.as_secs()),
                lifetime
            );
        }
        let requests = if lifetime.is_some() { 1 } else { 3 };
        assert_eq!(fixture.cognito.token_requests(), requests, "{body}");
    }
    let fixture = set_up();
    fail_with(&fixture.cognito, 200, &" ".repeat(70_000));
    let error = fixture.tokens.token("widgets/read").await.unwrap_err();
    assert_eq!(
        invalid_response(error),
        InvalidTokenResponse::TooLarge(65_536)
    );
}

#[tokio::test]
async fn renewal_without_expires_in_does_not_replace_the_cached_token() {
    let fixture = set_up();
    let old = fixture.tokens.token("widgets/read").await.unwrap();
    fixture.tokens.token("widgets/read").await.unwrap();
    let body = r#"{"access_token":"t","token_type":"Bearer"}"#;
    fail_with(&fixture.cognito, 200, body);
    fixture.clock.advance(Duration::from_secs(258));
    wait_until(|| fixture.cognito.token_requests() == 2).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let token = fixture.tokens.token("widgets/read").await.unwrap();
    assert_eq!(token.secret(), old.secret());
}

#[tokio::test]
async fn missing_scopes_are_reported() {
    let fixture = set_up();
    let reduced = fixture.cognito.token("reporting").scopes(["widgets/read"]);
    let server = token_server([Reply::token(&reduced.sign())]);
    let tokens = client_builder(&server.url("/token")).build().unwrap();
    let token = tokens.token("widgets/read widgets/write").await.unwrap();
    assert_eq!(token.missing_scopes(), ["widgets/write"]);
    let complete = fixture
        .tokens
        .token("widgets/read widgets/write")
        .await
        .unwrap();
    assert!(complete.missing_scopes().is_empty());
}
