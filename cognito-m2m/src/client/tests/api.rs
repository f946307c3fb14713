//! What only the API operation `GetClientToken` has: its requests, its exceptions and its settings.

use serde_json::{Value, json};

use super::get_client_token::*;
use super::*;
use crate::client::{
    AccessToken, CredentialPlacement, TokenClientBuildError, TokenClientSettings, TokenRequest,
};

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

fn build(builder: TokenClientBuilder) -> Result<TokenClient, Vec<String>> {
    match builder.client_id("reporting").client_secret(SECRET).build() {
        Ok(tokens) => Ok(tokens),
        Err(TokenClientBuildError::Settings(error)) => {
            Err(error.faults().iter().map(ToString::to_string).collect())
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn hosts_of_the_regions_are_used() {
    let api = |region| TokenClient::builder().api(region);
    for (builder, hosts) in [
        (
            api("eu-west-1"),
            vec!["cognito-idp.eu-west-1.amazonaws.com/"],
        ),
        (
            api("us-east-1")
                .api_fips(true)
                .api_fallback_region("us-west-2"),
            vec![
                "cognito-idp-fips.us-east-1.amazonaws.com/",
                "cognito-idp-fips.us-west-2.amazonaws.com/",
            ],
        ),
        (
            api("cn-north-1"),
            vec!["cognito-idp.cn-north-1.amazonaws.com.cn/"],
        ),
    ] {
        let shown = format!("{:?}", build(builder).unwrap());
        for host in hosts {
            assert!(shown.contains(&format!("\"https://{host}\"")), "{shown}");
        }
    }
}

#[test]
fn combinations_of_endpoints_are_faults_that_name_them() {
    let builder = TokenClient::builder;
    let url = "https://id.example/token";
    let api_url = "https://api.example/";
    for (builder, expected) in [
        (
            builder(),
            vec!["`token_url` (COGNITO_M2M_TOKEN_URL): required"],
        ),
        (
            builder().api("us-east-1").token_url(url),
            vec!["`token_url`"],
        ),
        (
            builder().api_url(api_url).token_url(url),
            vec!["`token_url`"],
        ),
        (
            builder().api("us-east-1").domain("example", "us-east-1"),
            vec!["`token_client.domain_prefix`", "`token_client.region`"],
        ),
        (
            builder().api("us-east-1").api_url(api_url),
            vec!["`api_url` (COGNITO_M2M_CLIENT_API_URL)"],
        ),
        (
            builder().api_fips(true),
            vec!["`api_region` (COGNITO_M2M_CLIENT_API_REGION): required"],
        ),
        (
            builder().api_fallback_region("us-east-1"),
            vec!["`api_region`"],
        ),
        (builder().api_fallback_url(api_url), vec!["`api_region`"]),
        (
            builder().api_url(api_url).api_fallback_region("us-east-1"),
            vec!["`api_fallback_region` (COGNITO_M2M_CLIENT_API_FALLBACK_REGION): requires"],
        ),
        (
            builder().api("us-east-1").api_fallback_url(api_url),
            vec!["`api_fallback_url` (COGNITO_M2M_CLIENT_API_FALLBACK_URL): requires"],
        ),
        (
            builder().api_url(api_url).api_fips(true),
            vec!["`api_fips` (COGNITO_M2M_CLIENT_API_FIPS)"],
        ),
        (
            builder().api("us-east-1").api_fallback_region("us-east-1"),
            vec!["`api_fallback_region`"],
        ),
        (
            builder()
                .api("us-east-1")
                .api_fallback_region("us-gov-west-1"),
            vec!["`api_fallback_region`"],
        ),
        (
            builder().api("us-east-1").api_fallback_region("nowhere"),
            vec!["`api_fallback_region`"],
        ),
        (builder().api("nowhere"), vec!["`api_region`"]),
        (builder().api("us-east-1\n"), vec!["`api_region`"]),
        (
            builder().api("eu-west-1").api_fips(true),
            vec!["`api_region`"],
        ),
        (builder().api_url("http://api.example/"), vec!["`api_url`"]),
        (
            builder().api_url(api_url).api_fallback_url(api_url),
            vec!["`api_fallback_url`"],
        ),
        (
            builder()
                .api_url(api_url)
                .api_fallback_url("http://127.0.0.1:9/"),
            vec!["`api_fallback_url`"],
        ),
        (
            builder()
                .api("us-east-1")
                .credential_placement(CredentialPlacement::Form),
            vec!["`token_client.credential_placement`"],
        ),
        (
            builder().api("us-east-1").scope_in_query(true),
            vec!["`scope_in_query` (COGNITO_M2M_CLIENT_SCOPE_IN_QUERY): can't be combined"],
        ),
        (
            builder()
                .api("us-east-1")
                .form_parameter("resource", "https://m4rker.example"),
            vec!["`form_parameters` (COGNITO_M2M_CLIENT_FORM_PARAMETERS): can't be combined"],
        ),
    ] {
        let faults = build(builder).unwrap_err();
        assert_eq!(faults.len(), expected.len(), "{faults:?}");
        for (fault, expected) in faults.iter().zip(expected) {
            assert!(fault.starts_with(expected), "{fault} instead of {expected}");
            assert!(!fault.contains("m4rker"), "{fault}");
        }
    }
}

#[test]
fn settings_and_variables_configure_the_api() {
    let variables = [
        ("COGNITO_M2M_CLIENT_API_REGION", "us-east-1"),
        ("COGNITO_M2M_CLIENT_API_FALLBACK_REGION", "us-west-2"),
        ("COGNITO_M2M_CLIENT_API_FIPS", "true"),
    ];
    let settings = json!({
        "api_region": "us-east-1",
        "api_fallback_region": "us-west-2",
        "api_fips": true,
        "api_url": null,
    });
    for settings in [
        TokenClientSettings::from_variables(variables),
        serde_json::from_value(settings).unwrap(),
    ] {
        let shown = format!(
            "{:?}",
            build(TokenClient::builder().settings(settings)).unwrap()
        );
        assert!(
            shown.contains("https://cognito-idp-fips.us-east-1.amazonaws.com/"),
            "{shown}"
        );
        assert!(
            shown.contains("https://cognito-idp-fips.us-west-2.amazonaws.com/"),
            "{shown}"
        );
    }
    let variables = [
        ("COGNITO_M2M_CLIENT_API_URL", "https://one.example/"),
        (
            "COGNITO_M2M_CLIENT_API_FALLBACK_URL",
            "https://two.example/",
        ),
    ];
    let settings = TokenClientSettings::from_variables(variables);
    let shown = format!(
        "{:?}",
        build(TokenClient::builder().settings(settings)).unwrap()
    );
    assert!(shown.contains("https://one.example/"), "{shown}");
    assert!(shown.contains("https://two.example/"), "{shown}");
}

#[test]
fn passwords_in_urls_of_the_api_are_not_printed() {
    let builder = TokenClient::builder()
        .api_url("https://user:m4rker@one.example/")
        .api_fallback_url("https://user:m4rker@two.example/");
    let shown = format!("{builder:?}");
    assert!(!shown.contains("m4rker"), "{shown}");
    let faults = build(builder).unwrap_err();
    assert!(!faults.concat().contains("m4rker"), "{faults:?}");
}
