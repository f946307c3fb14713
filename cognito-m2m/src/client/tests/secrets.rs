use super::*;
use crate::client::{AccessToken, TokenClientBuildError, TokenClientSettings};

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
    let server = RawServer::start([reply, Reply::token("t")]);
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
    let server = RawServer::start([Reply::new(401, "www-authenticate: Basic\r\n", "")]);
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
    let server = RawServer::start([refusal]);
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

const VALID: [(&str, &str); 5] = [
    ("token_url", "http://127.0.0.1:9/oauth2/token"),
    ("client_id", "reporting"),
    ("client_secret", "m4rker one"),
    ("client_secret_2", "m4rker two"),
    ("client_scopes", "widgets/read"),
];

/// Returns the faults of valid settings with one value replaced: from the environment, from a file,
/// and from code.
fn faults_with(setting: &str, text: &str) -> [Vec<String>; 3] {
    let value = |name, valid| if name == setting { text } else { valid };
    let values = VALID.map(|(name, valid)| (name, value(name, valid)));
    let variable = |(name, value): (&str, &str)| {
        let name = format!("COGNITO_M2M_{}", name.to_uppercase());
        (name, value.to_owned())
    };
    let from_environment = TokenClientSettings::from_variables(values.map(variable));
    let file = values.map(|(name, value)| (name.to_owned(), value.into()));
    let file = serde_json::Value::Object(file.into_iter().collect());
    let from_file = serde_json::from_value(file).unwrap();
    let [url, id, one, two, scopes] = values.map(|(_, value)| value);
    let builder = TokenClient::builder();
    let from_code = builder
        .token_url(url)
        .client_id(id)
        .client_secret(one)
        .second_client_secret(two)
        .client_scopes(scopes);
    [
        faults(TokenClient::builder().settings(from_environment)),
        faults(TokenClient::builder().settings(from_file)),
        faults(from_code),
    ]
}

fn faults(builder: TokenClientBuilder) -> Vec<String> {
    match builder.build() {
        Ok(_) => Vec::new(),
        Err(TokenClientBuildError::Settings(error)) => {
            error.faults().iter().map(ToString::to_string).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn line_breaks_and_blanks_around_credentials_are_faults_without_the_value() {
    for (setting, valid) in &VALID[..4] {
        let variable = format!("COGNITO_M2M_{}", setting.to_uppercase());
        for text in [
            format!("{valid}\n"),
            format!("{valid}\r\n"),
            format!("\n{valid}"),
            format!(" {valid}"),
            format!("{valid}\t"),
            format!("{valid}\u{a0}"),
            format!("\u{feff}{valid}"),
            format!("{valid}\u{0}"),
            format!("{valid}\n{valid}"),
            "\r\n".to_owned(),
            String::new(),
        ] {
            for faults in faults_with(setting, &text) {
                let [fault] = faults.as_slice() else {
                    panic!("{setting}={text:?}: {faults:?}");
                };
                let named = format!("`{setting}` ({variable}): ");
                assert!(fault.starts_with(&named), "{text:?}: {fault}");
                assert!(!fault.contains(valid), "{fault}");
            }
        }
        for faults in faults_with(setting, &format!("{valid}\r\n")) {
            assert!(faults[0].contains("line break"), "{faults:?}");
        }
        for faults in faults_with(setting, valid) {
            assert_eq!(faults, [""; 0], "{setting}");
        }
    }
}

#[test]
fn line_breaks_around_the_domain_are_faults() {
    for (prefix, region, setting) in [
        ("example\n", "us-east-1", "token_client.domain_prefix"),
        ("example", " us-east-1", "token_client.region"),
    ] {
        let builder = TokenClient::builder().domain(prefix, region);
        let builder = builder.client_id("reporting").client_secret(SECRET);
        let faults = faults(builder);
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with(&format!("`{setting}`")), "{faults:?}");
        assert!(faults[0].contains("line break or a blank"), "{faults:?}");
    }
}

#[test]
fn whitespace_between_scopes_is_accepted() {
    for faults in faults_with("client_scopes", " widgets/read\n widgets/write\n") {
        assert_eq!(faults, [""; 0]);
    }
    for faults in faults_with("client_scopes", "m4rker\"x") {
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains("(COGNITO_M2M_CLIENT_SCOPES): expected scopes"));
        assert!(!faults[0].contains("m4rker"), "{faults:?}");
    }
}
