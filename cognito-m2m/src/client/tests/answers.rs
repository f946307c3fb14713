use super::*;
use crate::client::AnswerError;

async fn error_of(answer: Answer) -> TokenClientError {
    let server = RawServer::start([answer]);
    let tokens = client_of(&server.url("/token")).clock(TestClock::new());
    let tokens = tokens.build().unwrap();
    let error = tokens.token("a").await.unwrap_err();
    assert_eq!(server.requests(), 1, "{error}");
    // A bad answer is remembered too.
    tokens.token("a").await.unwrap_err();
    assert_eq!(server.requests(), 1, "{error}");
    error
}

fn answer_error(error: TokenClientError) -> AnswerError {
    match error {
        TokenClientError::Answer(error) => error,
        other => panic!("expected a bad answer, found {other:?}"),
    }
}

#[tokio::test]
async fn bad_answers_are_typed_errors() {
    for (body, expected) in [
        ("", AnswerError::NotAnObject),
        ("<html>signed in</html>", AnswerError::NotAnObject),
        (r#"["t"]"#, AnswerError::NotAnObject),
        (r#"{"token_type":"Bearer"}"#, AnswerError::AccessToken),
        (
            r#"{"access_token":"","token_type":"Bearer"}"#,
            AnswerError::AccessToken,
        ),
        (
            r#"{"access_token":7,"token_type":"Bearer"}"#,
            AnswerError::AccessToken,
        ),
        (
            r#"{"access_token":"a\r\nb","token_type":"Bearer"}"#,
            AnswerError::AccessToken,
        ),
        (r#"{"access_token":"t"}"#, AnswerError::TokenType),
        (
            r#"{"access_token":"t","token_type":"mac"}"#,
            AnswerError::TokenType,
        ),
        (
            r#"{"access_token":"t","token_type":"Bearer","expires_in":0}"#,
            AnswerError::ExpiresIn,
        ),
        (
            r#"{"access_token":"t","token_type":"Bearer","expires_in":-5}"#,
            AnswerError::ExpiresIn,
        ),
        (
            r#"{"access_token":"t","token_type":"Bearer","expires_in":"300"}"#,
            AnswerError::ExpiresIn,
        ),
        (
            r#"{"access_token":"t","token_type":"Bearer","expires_in":0.5}"#,
            AnswerError::ExpiresIn,
        ),
    ] {
        assert_eq!(
            answer_error(error_of(Answer::json(body)).await),
            expected,
            "{body}"
        );
        let setting = set_up();
        fail(&setting.cognito, 200, body);
        let error = setting.tokens.token("widgets/read").await.unwrap_err();
        assert_eq!(answer_error(error), expected, "{body}");
    }
}

#[tokio::test]
async fn integral_float_is_a_number() {
    let body = r#"{"access_token":"t","token_type":"bearer","expires_in":300.0}"#;
    let server = RawServer::start([Answer::json(body)]);
    let tokens = client_of(&server.url("/token")).build().unwrap();
    let token = tokens.token("a").await.unwrap();
    assert_eq!(token.lifetime(), Some(Duration::from_secs(300)));
}

#[tokio::test]
async fn large_answer_is_cut_off() {
    let long = "x".repeat(70_000);
    let body = format!(r#"{{"access_token":"t","token_type":"Bearer","pad":"{long}"}}"#);
    let error = answer_error(error_of(Answer::json(&body)).await);
    assert_eq!(error, AnswerError::TooLarge(65_536));

    // Without a length, and without an end.
    let endless = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{long}");
    let error = answer_error(error_of(Answer::Bytes(endless.into())).await);
    assert_eq!(error, AnswerError::TooLarge(65_536));
}

#[tokio::test]
async fn redirect_is_an_error_and_nothing_goes_there() {
    let elsewhere = RawServer::start([Answer::token("stolen")]);
    let location = format!("location: {}\r\n", elsewhere.url("/"));
    for status in [301, 302, 303, 307, 308] {
        let error = error_of(Answer::new(status, &location, "")).await;
        assert!(matches!(error, TokenClientError::Redirected(found) if found == status));
    }
    let setting = set_up();
    let fault = Fault::Redirect(elsewhere.url("/"));
    setting.cognito.set_fault(Endpoint::Token, Some(fault));
    let error = setting.tokens.token("widgets/read").await.unwrap_err();
    assert!(matches!(error, TokenClientError::Redirected(302)));
    assert_eq!(elsewhere.requests(), 0);
}

#[tokio::test]
async fn own_client_that_follows_redirects_takes_no_secret_along() {
    use crate::client::CredentialPlacement;

    for status in [302, 303, 307, 308] {
        for placement in [CredentialPlacement::Basic, CredentialPlacement::Form] {
            let elsewhere = RawServer::start([Answer::token("stolen")]);
            let location = format!("location: {}\r\n", elsewhere.url("/"));
            let server = RawServer::start([Answer::new(status, &location, "")]);
            let tokens = client_of(&server.url("/token"))
                .credential_placement(placement)
                .http_client(reqwest::Client::builder().no_proxy().build().unwrap())
                .build()
                .unwrap();
            let error = tokens.token("a").await.unwrap_err();
            assert!(
                matches!(error, TokenClientError::Redirected(_)),
                "{error:?}"
            );
            for request in elsewhere.received() {
                assert_eq!(request.header("authorization"), None);
                assert_eq!(request.body, "");
            }
        }
    }
}

#[tokio::test]
async fn token_that_dies_on_its_way_is_not_handed_out() {
    let clock = TestClock::new();
    let server = RawServer::start([Answer::late_token(&clock, Duration::from_secs(301))]);
    let tokens = client_of(&server.url("/token")).clock(clock);
    let tokens = tokens.build().unwrap();
    let error = answer_error(tokens.token("widgets/read").await.unwrap_err());
    assert_eq!(error, AnswerError::ExpiredOnArrival);
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn odd_answers_of_the_local_cognito_are_taken_as_the_rules_say() {
    for (members, life) in [
        (r#""token_type":"BEARER","expires_in":300.0"#, Some(300)),
        (r#""token_type":"bearer","expires_in":604800"#, Some(86_400)),
        (r#""token_type":"Bearer""#, None),
    ] {
        let setting = set_up();
        let body = format!(r#"{{"access_token":"t",{members}}}"#);
        fail(&setting.cognito, 200, &body);
        for _ in 0..3 {
            let token = setting.tokens.token("widgets/read").await.unwrap();
            assert_eq!(token.lifetime().map(|life| life.as_secs()), life);
        }
        let requests = if life.is_some() { 1 } else { 3 };
        assert_eq!(setting.cognito.token_requests(), requests, "{body}");
    }
    let setting = set_up();
    fail(&setting.cognito, 200, &" ".repeat(70_000));
    let error = setting.tokens.token("widgets/read").await.unwrap_err();
    assert_eq!(answer_error(error), AnswerError::TooLarge(65_536));
}

#[tokio::test]
async fn renewal_without_a_life_leaves_the_token_that_serves() {
    let setting = set_up();
    let old = setting.tokens.token("widgets/read").await.unwrap();
    setting.tokens.token("widgets/read").await.unwrap();
    let body = r#"{"access_token":"t","token_type":"Bearer"}"#;
    fail(&setting.cognito, 200, body);
    setting.clock.advance(Duration::from_secs(258));
    eventually(|| setting.cognito.token_requests() == 2).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let token = setting.tokens.token("widgets/read").await.unwrap();
    assert_eq!(token.secret(), old.secret());
}
