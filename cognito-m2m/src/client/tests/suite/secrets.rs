use super::*;
use crate::client::AccessToken;

#[tokio::test]
async fn second_secret_is_tried_when_the_first_is_refused() {
    let fixture = set_up_with(|builder| {
        builder
            .client_secret("withdrawn")
            .second_client_secret(SECRET)
    });
    fixture.tokens.token("widgets/read").await.unwrap();
    assert_eq!(fixture.cognito.token_requests(), 2);
    // It is tried first afterwards.
    fixture.tokens.token("widgets/write").await.unwrap();
    assert_eq!(fixture.cognito.token_requests(), 3);
}

#[tokio::test]
async fn rotation_in_both_directions_is_followed() {
    let fixture = set_up_with(|builder| builder.second_client_secret("next"));
    fixture.tokens.token("widgets/read").await.unwrap();
    register(&fixture.cognito, "next");
    fixture.tokens.token("widgets/write").await.unwrap();
    register(&fixture.cognito, SECRET);
    fixture.tokens.fetch_token("widgets/write").await.unwrap();
    assert_eq!(fixture.cognito.token_requests(), 5);
}

#[tokio::test]
async fn refusal_of_both_secrets_is_invalid_client() {
    let fixture = set_up_with(|builder| builder.client_secret("one").second_client_secret("two"));
    let error = fixture.tokens.token("widgets/read").await.unwrap_err();
    assert_eq!(error_code(&error), "invalid_client");
    assert_eq!(fixture.cognito.token_requests(), 2);
}

/// Answers a request with the first secret with this reply, and then grants a token.
async fn requests_after(reply: Reply) -> (usize, Result<AccessToken, TokenClientError>) {
    let server = token_server([reply, Reply::token("t")]);
    let tokens = client_builder(&server.url("/token"))
        .client_secret("withdrawn")
        .second_client_secret(SECRET)
        .clock(TestClock::new())
        .build()
        .unwrap();
    let result = tokens.token("widgets/read").await;
    (server.requests(), result)
}

#[tokio::test]
async fn second_secret_is_tried_after_a_401_for_basic_credentials() {
    let basic = "www-authenticate: Basic realm=\"token\"\r\n";
    for (headers, body) in [
        (basic, ""),
        (basic, "<html>401</html>"),
        (basic, r#"{"message":"Unauthorized"}"#),
        (basic, r#"{"error":"unauthorized"}"#),
        ("www-authenticate: Bearer, basic\r\n", ""),
        (
            "www-authenticate: Bearer\r\nwww-authenticate: Basic\r\n",
            "",
        ),
        ("", ""),
        ("", r#"{"error":"invalid_client"}"#),
    ] {
        let (requests, result) = requests_after(Reply::new(401, headers, body)).await;
        assert_eq!(requests, 2, "{headers} {body}");
        assert_eq!(result.unwrap().secret(), "t", "{headers} {body}");
    }
}

#[tokio::test]
async fn second_secret_is_not_tried_after_a_401_for_other_credentials() {
    for (headers, body) in [
        ("www-authenticate: Negotiate\r\n", ""),
        ("www-authenticate: Bearer realm=\"Basic\"\r\n", ""),
        (
            "www-authenticate: Basic\r\n",
            r#"{"error":"unauthorized_client"}"#,
        ),
        (
            "www-authenticate: Basic\r\n",
            r#"{"error":"invalid_scope"}"#,
        ),
    ] {
        let (requests, result) = requests_after(Reply::new(401, headers, body)).await;
        assert_eq!(requests, 1, "{headers} {body}");
        result.unwrap_err();
    }
}

#[tokio::test]
async fn refusal_of_both_secrets_without_a_code_is_remembered() {
    let server = token_server([Reply::new(401, "www-authenticate: Basic\r\n", "")]);
    let tokens = client_builder(&server.url("/token"))
        .second_client_secret("two")
        .clock(TestClock::new())
        .build()
        .unwrap();
    for scope in ["a", "b", "c"] {
        let error = tokens.token(scope).await.unwrap_err();
        assert_eq!(error_code(&error), "invalid_client");
        assert!(error.to_string().ends_with("(status 401)"), "{error}");
    }
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn wrong_secret_causes_few_requests_however_many_scope_sets_are_in_use() {
    let clock = TestClock::new();
    let refusal = Reply::new(400, "", r#"{"error":"invalid_client"}"#);
    let server = token_server([refusal]);
    let tokens = client_builder(&server.url("/token")).clock(clock.clone());
    let tokens = tokens.build().unwrap();
    for _ in 0..60 {
        let calls = (0..20).map(|number| tokens.token(format!("set/{number}")));
        for result in futures_util::future::join_all(calls).await {
            assert_eq!(error_code(&result.unwrap_err()), "invalid_client");
        }
        clock.advance(Duration::from_secs(1));
    }
    // One every 10 s, and a few more if the machine is so busy that a response takes long.
    assert!(
        (6..=12).contains(&server.requests()),
        "{}",
        server.requests()
    );
}

#[tokio::test]
async fn second_secret_is_tried_after_an_error_with_status_200() {
    let refusal = r#"{"error":"invalid_client","access_token":"u","token_type":"Bearer"}"#;
    let (requests, result) = requests_after(Reply::json(refusal)).await;
    assert_eq!(requests, 2);
    assert_eq!(result.unwrap().secret(), "t");
}

#[tokio::test]
async fn second_secret_is_not_tried_after_another_refusal() {
    let fixture = set_up_with(|builder| builder.second_client_secret("two"));
    let error = fixture.tokens.token("widgets/admin").await.unwrap_err();
    assert_eq!(error_code(&error), "invalid_scope");
    assert_eq!(fixture.cognito.token_requests(), 1);
}
