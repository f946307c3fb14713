//! The requests and exceptions that only the API operation `GetClientToken` has.

use serde_json::{Value, json};

use super::get_client_token::*;
use super::*;
use crate::client::{AccessToken, TokenRequest};

#[tokio::test]
async fn request_has_the_documented_form() {
    let server = RawServer::start_as(EndpointKind::Api, [Reply::token("t")]);
    let tokens = client_builder(&server.url("/"))
        .client_metadata("tenant", "blue")
        .client_scopes("widgets/write widgets/read")
        .client_secret("s3c:r e%t+é\"")
        .build()
        .unwrap();
    tokens.token(()).await.unwrap();
    tokens
        .token(TokenRequest::new("a").client_metadata("stage", "test"))
        .await
        .unwrap();

    let received = server.received();
    let inputs: Vec<Value> = received
        .iter()
        .map(|request| serde_json::from_str(&request.body).unwrap())
        .collect();
    assert_eq!(
        inputs,
        [
            json!({
                "ClientId": "reporting",
                "Secret": "s3c:r e%t+é\"",
                "Scopes": ["widgets/read", "widgets/write"],
                "ClientMetadata": {"tenant": "blue"},
            }),
            json!({
                "ClientId": "reporting",
                "Secret": "s3c:r e%t+é\"",
                "Scopes": ["a"],
                "ClientMetadata": {"tenant": "blue", "stage": "test"},
            }),
        ]
    );
    let request = &received[0];
    assert!(
        request.head.starts_with("POST / HTTP/1.1\r\n"),
        "{}",
        request.head
    );
    let target = "AWSCognitoIdentityProviderService.GetClientToken";
    assert_eq!(request.header("x-amz-target"), Some(target));
    assert_eq!(
        request.header("content-type"),
        Some("application/x-amz-json-1.1")
    );
    assert_eq!(request.header("authorization"), None);
}

#[tokio::test]
async fn request_without_scopes_and_metadata_omits_the_members() {
    let server = RawServer::start_as(EndpointKind::Api, [Reply::token("t")]);
    let tokens = client_builder(&server.url("/gateway/cognito"))
        .build()
        .unwrap();
    tokens.token(()).await.unwrap();
    let received = server.received();
    let input: Value = serde_json::from_str(&received[0].body).unwrap();
    assert_eq!(input, json!({"ClientId": "reporting", "Secret": SECRET}));
    assert!(
        received[0]
            .head
            .starts_with("POST /gateway/cognito HTTP/1.1\r\n")
    );
}

/// Answers a request with the first secret with this reply, and then grants a token.
async fn requests_after(reply: Reply) -> (usize, Result<AccessToken, TokenClientError>) {
    let server = RawServer::start_as(EndpointKind::Api, [reply, Reply::token("t")]);
    let clock = TestClock::new();
    let tokens = client_builder(&server.url("/"))
        .client_secret("withdrawn")
        .second_client_secret(SECRET)
        .clock(clock.clone())
        .build()
        .unwrap();
    let result = advancing_clock(&clock, tokens.token("widgets/read")).await;
    (server.requests(), result)
}

/// Returns responses with this exception in every place where AWS names it.
fn exceptions(status: u16, name: &str) -> Vec<Reply> {
    let in_body = |text: &str| {
        let body = json!({"__type": text, "message": "TooManyRequestsException m4rker"});
        Reply::new(
            status,
            "content-type: application/x-amz-json-1.1\r\n",
            &body.to_string(),
        )
    };
    let in_header = |text: &str| Reply::new(status, &format!("x-amzn-errortype: {text}\r\n"), "{}");
    vec![
        in_body(name),
        in_body(&format!(
            "com.amazonaws.services.cognito.identity.idp.model#{name}"
        )),
        in_header(name),
        in_header(&format!("{name}:")),
        in_header(&format!(
            "{name}:http://internal.amazon.com/coral/com.amazon.coral.service/"
        )),
    ]
}

#[tokio::test]
async fn refusal_of_the_client_makes_it_try_the_second_secret() {
    for name in ["NotAuthorizedException", "ResourceNotFoundException"] {
        for reply in exceptions(400, name) {
            let (requests, result) = requests_after(reply).await;
            assert_eq!(requests, 2, "{name}");
            assert_eq!(result.unwrap().secret(), "t");
        }
    }
}

#[tokio::test]
async fn other_refusals_are_final() {
    for (status, name) in [
        (400, "InvalidParameterException"),
        (400, "ForbiddenException"),
        (403, "ForbiddenException"),
        (400, "UserLambdaValidationException"),
        (400, "UnexpectedLambdaException"),
        (400, "InvalidLambdaResponseException"),
        (400, "OperationNotEnabledException"),
        (400, "SomethingNewException"),
    ] {
        for reply in exceptions(status, name) {
            let (requests, result) = requests_after(reply).await;
            assert_eq!(requests, 1, "{name}");
            let TokenClientError::OAuth(error) = result.unwrap_err() else {
                panic!("{name} is no typed error");
            };
            assert_eq!(error.error(), name);
            assert_eq!(error.status(), status);
            let shown = format!("{error} {error:?}");
            assert!(
                !shown.contains("m4rker") && !shown.contains("Something"),
                "{shown}"
            );
            let is_known = name != "SomethingNewException";
            assert_eq!(shown.contains(name), is_known, "{shown}");
        }
    }
}

#[tokio::test]
async fn throttling_and_internal_errors_are_retried() {
    for (status, name) in [
        (400, "TooManyRequestsException"),
        (400, "ThrottlingException"),
        (400, "LimitExceededException"),
        (429, "TooManyRequestsException"),
        (400, "RequestThrottledException"),
        (400, "InternalErrorException"),
        (500, "InternalErrorException"),
        (500, "SomethingNewException"),
        (503, "ServiceUnavailable"),
    ] {
        for reply in exceptions(status, name) {
            let (requests, result) = requests_after(reply).await;
            assert_eq!(requests, 2, "{name}");
            result.unwrap();
        }
    }
}

#[tokio::test]
async fn message_of_an_exception_is_its_description() {
    let fixture = set_up();
    let error = fixture.tokens.token("widgets/admin").await.unwrap_err();
    let TokenClientError::OAuth(error) = error else {
        panic!("not a typed error: {error:?}");
    };
    assert_eq!(error.error(), "InvalidParameterException");
    assert_eq!(error.to_string(), "InvalidParameterException (status 400)");
    assert!(error.description().unwrap().contains("scope"));
}

#[tokio::test]
async fn unknown_client_is_refused_as_a_whole() {
    let fixture = set_up_with(|builder| builder.client_id("unknown"));
    for scope in ["a", "b", "c"] {
        let error = fixture.tokens.token(scope).await.unwrap_err();
        assert_eq!(error_code(&error), "ResourceNotFoundException");
    }
    assert_eq!(fixture.cognito.token_requests(), 1);
}

#[tokio::test]
async fn block_by_a_firewall_is_remembered_for_all_scopes() {
    let fixture = set_up_with(|builder| builder.second_client_secret("two"));
    fail_with(
        &fixture.cognito,
        403,
        r#"{"__type":"ForbiddenException","message":"WAF"}"#,
    );
    for second in 0..60 {
        for scope in ["a", "b", "c"] {
            let error = fixture.tokens.token(scope).await.unwrap_err();
            assert_eq!(error_code(&error), "ForbiddenException", "after {second} s");
        }
        fixture.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(fixture.cognito.token_requests(), 6);
}

#[tokio::test]
async fn response_without_the_result_or_with_duplicates_is_refused() {
    use crate::client::InvalidTokenResponse as Invalid;

    for (body, expected) in [
        ("{}", Invalid::AccessToken),
        (r#"{"ClientAuthenticationResult":{}}"#, Invalid::AccessToken),
        (
            r#"{"ClientAuthenticationResult":null}"#,
            Invalid::NotAnObject,
        ),
        (
            r#"{"ClientAuthenticationResult":["t"]}"#,
            Invalid::NotAnObject,
        ),
        (
            r#"{"AccessToken":"t","TokenType":"Bearer","ExpiresIn":300}"#,
            Invalid::AccessToken,
        ),
        (
            r#"{"ClientAuthenticationResult":{"AccessToken":"t","TokenType":"Bearer"},"\u0043lientAuthenticationResult":{"AccessToken":"u","TokenType":"Bearer"}}"#,
            Invalid::DuplicateMember,
        ),
        (
            r#"{"ClientAuthenticationResult":{"AccessToken":"t","\u0041ccessToken":"u","TokenType":"Bearer"}}"#,
            Invalid::DuplicateMember,
        ),
        (
            r#"{"\u0043lientAuthenticationResult":{"AccessToken":"t","AccessToken":"u","TokenType":"Bearer"}}"#,
            Invalid::DuplicateMember,
        ),
    ] {
        let reply = Reply::Bytes(
            format!(
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
            .into_bytes(),
        );
        let server = RawServer::start([reply]);
        let tokens = client_builder(&server.url("/")).clock(TestClock::new());
        let error = tokens.build().unwrap().token("a").await.unwrap_err();
        let TokenClientError::InvalidResponse(error) = error else {
            panic!("{body}: {error:?}");
        };
        assert_eq!(error, expected, "{body}");
    }
}
