use super::*;
use crate::time::Clock as _;

const THROTTLED: &str = r#"{"__type":"TooManyRequestsException","message":"Rate exceeded"}"#;

/// Fails at first, and then grants.
async fn succeeds_after(failures: &[Answer]) -> usize {
    let answers = failures.iter().cloned().chain([Answer::token("t")]);
    let server = RawServer::start(answers);
    let clock = TestClock::new();
    let tokens = client_of(&server.url("/token")).clock(clock.clone());
    let tokens = tokens.build().unwrap();
    turning(&clock, tokens.token("a")).await.unwrap();
    server.requests()
}

/// Fails for ever.
async fn requests_of(answer: Answer) -> (usize, TokenClientError) {
    let server = RawServer::start([answer]);
    let clock = TestClock::new();
    let tokens = client_of(&server.url("/token")).clock(clock.clone());
    let tokens = tokens.build().unwrap();
    let error = turning(&clock, tokens.token("a")).await.unwrap_err();
    (server.requests(), error)
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    for answer in [
        Answer::Close,
        Answer::new(429, "", ""),
        Answer::new(500, "", ""),
        Answer::new(503, "", "<html>"),
        Answer::new(502, "", r#"{"error":"server_error"}"#),
        Answer::new(400, "", THROTTLED),
        Answer::new(400, "", r#"{"error":"TooManyRequestsException"}"#),
        Answer::new(400, "x-amzn-errortype: TooManyRequestsException\r\n", "{}"),
        Answer::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"acc".to_vec()),
    ] {
        assert_eq!(succeeds_after(&[answer.clone(), answer]).await, 3);
    }
}

#[tokio::test]
async fn tries_are_few() {
    for answer in [
        Answer::Close,
        Answer::new(503, "", ""),
        Answer::new(400, "", THROTTLED),
    ] {
        let (requests, error) = requests_of(answer).await;
        assert_eq!(requests, 4);
        assert!(error.is_transient(), "{error}");
    }
}

#[tokio::test]
async fn refusal_is_not_tried_again() {
    for code in [
        "invalid_client",
        "invalid_grant",
        "invalid_scope",
        "unauthorized_client",
        "odd",
    ] {
        for status in [400, 401] {
            let body = format!(r#"{{"error":"{code}","error_description":"no"}}"#);
            let (requests, error) = requests_of(Answer::new(status, "", &body)).await;
            assert_eq!(requests, 1, "{code}");
            assert_eq!(error_code(&error), code);
        }
    }
    let (requests, error) = requests_of(Answer::new(403, "", "<html>")).await;
    assert_eq!(requests, 1);
    assert!(matches!(
        error,
        TokenClientError::Status { status: 403, .. }
    ));
}

#[tokio::test]
async fn refusals_of_the_local_cognito_are_not_tried_again() {
    let setting = set_up();
    for (code, scope) in [
        ("invalid_client", "a"),
        ("invalid_grant", "b"),
        ("invalid_scope", "c"),
    ] {
        let before = setting.cognito.token_requests();
        fail(&setting.cognito, 400, &format!(r#"{{"error":"{code}"}}"#));
        for _ in 0..100 {
            let error = setting.tokens.token(scope).await.unwrap_err();
            assert_eq!(error_code(&error), code);
        }
        assert_eq!(setting.cognito.token_requests(), before + 1, "{code}");
        setting.clock.advance(Duration::from_secs(11));
    }
}

#[tokio::test]
async fn refused_connection_is_a_transport_error_after_a_few_tries() {
    // Nobody has a port below 1024 by chance.
    let clock = TestClock::new();
    let tokens = client_of("http://127.0.0.1:1/token").clock(clock.clone());
    let tokens = tokens.build().unwrap();
    let error = turning(&clock, tokens.token("a")).await.unwrap_err();
    assert!(matches!(error, TokenClientError::Transport(error) if error.is_connect()));
}

#[tokio::test]
async fn outages_of_the_local_cognito_pass() {
    for fault in [
        Fault::Status(429, Some(1), None),
        Fault::Status(503, None, None),
        Fault::Status(400, None, Some(THROTTLED.to_owned())),
        Fault::CloseConnection,
        Fault::Hang,
        Fault::Stall,
    ] {
        let setting = set_up_with(|builder| builder.timeout(Duration::from_secs(2)));
        setting
            .cognito
            .set_fault(Endpoint::Token, Some(fault.clone()));
        let call = async {
            let repair = async {
                while setting.cognito.token_requests() == 0 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                setting.cognito.set_fault(Endpoint::Token, None);
            };
            tokio::join!(setting.tokens.token("widgets/read"), repair).0
        };
        turning(&setting.clock, call).await.unwrap();
        let requests = setting.cognito.token_requests();
        assert!((2..=4).contains(&requests), "{fault:?}: {requests}");
    }
}

#[tokio::test]
async fn server_that_hangs_or_stalls_ends_in_a_timeout() {
    for fault in [Fault::Hang, Fault::Stall] {
        let setting = set_up_with(|builder| {
            let builder = builder.timeout(Duration::from_millis(50));
            builder.deadline(Duration::from_secs(3))
        });
        setting.cognito.set_fault(Endpoint::Token, Some(fault));
        let call = setting.tokens.token("widgets/read");
        let error = turning(&setting.clock, call).await.unwrap_err();
        assert!(matches!(error, TokenClientError::Transport(error) if error.is_timeout()));
    }
}

#[tokio::test]
async fn deadline_bounds_all_tries() {
    let setting = set_up_with(|builder| {
        let builder = builder.timeout(REAL_TIME);
        let clock = crate::time::SystemClock::default();
        builder.clock(clock).deadline(Duration::from_millis(300))
    });
    setting
        .cognito
        .set_fault(Endpoint::Token, Some(Fault::Hang));
    let begin = std::time::Instant::now();
    setting.tokens.token("widgets/read").await.unwrap_err();
    assert!(begin.elapsed() < REAL_TIME / 2);
    let begin = std::time::Instant::now();
    setting
        .tokens
        .fetch_token("widgets/read")
        .await
        .unwrap_err();
    assert!(begin.elapsed() < REAL_TIME / 2);
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let answer = Answer::new(429, "retry-after: 5\r\n", "");
    let server = RawServer::start([answer, Answer::token("t")]);
    let clock = TestClock::new();
    let tokens = client_of(&server.url("/token")).clock(clock.clone());
    let tokens = tokens.build().unwrap();
    let begin = clock.monotonic();
    turning(&clock, tokens.token("a")).await.unwrap();
    assert!(clock.monotonic() - begin >= Duration::from_secs(5));
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn retry_after_beyond_the_deadline_is_no_wait_and_holds_for_the_next_callers() {
    let answer = Answer::new(429, "retry-after: 86400\r\n", "");
    let server = RawServer::start([answer, Answer::token("t")]);
    let clock = TestClock::new();
    let tokens = client_of(&server.url("/token")).clock(clock.clone());
    let tokens = tokens.build().unwrap();
    // The clock stands still, so nobody waits.
    for _ in 0..100 {
        let error = tokens.token("a").await.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    }
    assert_eq!(server.requests(), 1);
    clock.advance(Duration::from_secs(31));
    tokens.token("a").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thousand_callers_with_a_wrong_secret_make_a_handful_of_requests() {
    let setting = set_up_with(|builder| builder.client_secret("wrong"));
    let callers: Vec<_> = (0..1_000)
        .map(|number| {
            let tokens = setting.tokens.clone();
            // Many scope sets: it is the client that is refused.
            let scopes = format!("widgets/read other/{}", number % 100);
            tokio::spawn(async move { tokens.token(scopes).await.unwrap_err() })
        })
        .collect();
    for caller in callers {
        assert_eq!(error_code(&caller.await.unwrap()), "invalid_client");
    }
    for _ in 0..1_000 {
        setting.tokens.token("widgets/read").await.unwrap_err();
    }
    let requests = setting.cognito.token_requests();
    assert!(requests <= 4, "{requests} requests");
}

#[tokio::test]
async fn refusal_is_forgotten_after_a_short_while() {
    let setting = set_up();
    setting.tokens.token("widgets/admin").await.unwrap_err();
    let error = setting.tokens.token("widgets/admin").await.unwrap_err();
    assert_eq!(error_code(&error), "invalid_scope");
    assert_eq!(setting.cognito.token_requests(), 1);
    // It is of that scope set alone.
    setting.tokens.token("widgets/read").await.unwrap();

    setting.clock.advance(Duration::from_secs(11));
    setting.tokens.token("widgets/admin").await.unwrap_err();
    assert_eq!(setting.cognito.token_requests(), 3);
}

#[tokio::test]
async fn fault_that_passes_is_not_remembered() {
    let setting = set_up();
    fail(&setting.cognito, 503, "");
    turning(&setting.clock, setting.tokens.token("widgets/read"))
        .await
        .unwrap_err();
    setting.cognito.set_fault(Endpoint::Token, None);
    setting.tokens.token("widgets/read").await.unwrap();
}
