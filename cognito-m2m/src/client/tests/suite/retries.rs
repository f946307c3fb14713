use super::*;
use crate::time::Clock as _;

const THROTTLED: &str = r#"{"__type":"TooManyRequestsException","message":"Rate exceeded"}"#;

/// Returns the number of requests if the server sends these failures and then a token.
async fn requests_until_success(failures: &[Reply]) -> usize {
    let replies = failures.iter().cloned().chain([Reply::token("t")]);
    let server = token_server(replies);
    let clock = TestClock::new();
    let tokens = client_builder(&server.url("/token")).clock(clock.clone());
    let tokens = tokens.build().unwrap();
    advancing_clock(&clock, tokens.token("a")).await.unwrap();
    server.requests()
}

/// Returns the number of requests and the error if the server always sends this reply.
async fn requests_until_error(reply: Reply) -> (usize, TokenClientError) {
    let server = token_server([reply]);
    let clock = TestClock::new();
    let tokens = client_builder(&server.url("/token")).clock(clock.clone());
    let tokens = tokens.build().unwrap();
    let error = advancing_clock(&clock, tokens.token("a"))
        .await
        .unwrap_err();
    (server.requests(), error)
}

#[tokio::test]
async fn transient_errors_are_retried() {
    for reply in [
        Reply::Close,
        Reply::new(429, "", ""),
        Reply::new(500, "", ""),
        Reply::new(503, "", "<html>"),
        Reply::new(502, "", r#"{"error":"server_error"}"#),
        Reply::new(400, "", THROTTLED),
        Reply::new(400, "", r#"{"error":"TooManyRequestsException"}"#),
        Reply::new(400, "x-amzn-errortype: TooManyRequestsException\r\n", "{}"),
        Reply::new(400, "", r#"{"__type":"ThrottlingException"}"#),
        Reply::new(
            400,
            "",
            r#"{"__type":"com.amazonaws#LimitExceededException"}"#,
        ),
        Reply::new(
            400,
            "x-amzn-errortype: ThrottlingException:http://x/\r\n",
            "",
        ),
        Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"acc".to_vec()),
    ] {
        assert_eq!(requests_until_success(&[reply.clone(), reply]).await, 3);
    }
}

#[tokio::test]
async fn requests_are_limited_to_four() {
    for reply in [
        Reply::Close,
        Reply::new(503, "", ""),
        Reply::new(400, "", THROTTLED),
    ] {
        let (requests, error) = requests_until_error(reply).await;
        assert_eq!(requests, 4);
        assert!(error.is_transient(), "{error}");
    }
}

#[tokio::test]
async fn refusal_is_not_retried() {
    for code in [
        "invalid_client",
        "invalid_grant",
        "invalid_scope",
        "unauthorized_client",
        "odd",
    ] {
        for status in [400, 401] {
            let body = format!(r#"{{"error":"{code}","error_description":"no"}}"#);
            let (requests, error) = requests_until_error(Reply::new(status, "", &body)).await;
            assert_eq!(requests, 1, "{code}");
            assert_eq!(error_code(&error), code);
        }
    }
    let (requests, error) = requests_until_error(Reply::new(403, "", "<html>")).await;
    assert_eq!(requests, 1);
    assert!(matches!(
        error,
        TokenClientError::Status { status: 403, .. }
    ));
}

#[tokio::test]
async fn refusals_are_remembered_and_not_retried() {
    let fixture = set_up();
    for (code, scope) in [
        ("invalid_client", "a"),
        ("invalid_grant", "b"),
        ("invalid_scope", "c"),
    ] {
        let before = fixture.cognito.token_requests();
        fail_with(&fixture.cognito, 400, &format!(r#"{{"error":"{code}"}}"#));
        for _ in 0..100 {
            let error = fixture.tokens.token(scope).await.unwrap_err();
            assert_eq!(error_code(&error), code);
        }
        assert_eq!(fixture.cognito.token_requests(), before + 1, "{code}");
        fixture.clock.advance(Duration::from_secs(11));
    }
}

#[tokio::test]
async fn refused_connection_is_a_transport_error() {
    // Nothing listens on port 1, which is privileged.
    let clock = TestClock::new();
    let tokens = client_builder("http://127.0.0.1:1/token").clock(clock.clone());
    let tokens = tokens.build().unwrap();
    let error = advancing_clock(&clock, tokens.token("a"))
        .await
        .unwrap_err();
    assert!(matches!(error, TokenClientError::Transport(error) if error.is_connect()));
}

#[tokio::test]
async fn call_succeeds_after_a_short_outage() {
    for fault in [
        Fault::Status(429, Some(1), None),
        Fault::Status(503, None, None),
        Fault::Status(400, None, Some(THROTTLED.to_owned())),
        Fault::CloseConnection,
        Fault::Hang,
        Fault::Stall,
    ] {
        let fixture = set_up_with(|builder| builder.timeout(Duration::from_secs(2)));
        fixture
            .cognito
            .set_fault(Endpoint::Token, Some(fault.clone()));
        let call = async {
            let repair = async {
                while fixture.cognito.token_requests() == 0 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                fixture.cognito.set_fault(Endpoint::Token, None);
            };
            tokio::join!(fixture.tokens.token("widgets/read"), repair).0
        };
        advancing_clock(&fixture.clock, call).await.unwrap();
        let requests = fixture.cognito.token_requests();
        assert!((2..=4).contains(&requests), "{fault:?}: {requests}");
    }
}

#[tokio::test]
async fn hanging_or_stalling_server_causes_a_timeout() {
    for fault in [Fault::Hang, Fault::Stall] {
        let fixture = set_up_with(|builder| {
            let builder = builder.timeout(Duration::from_millis(50));
            builder.deadline(Duration::from_secs(3))
        });
        fixture.cognito.set_fault(Endpoint::Token, Some(fault));
        let call = fixture.tokens.token("widgets/read");
        let error = advancing_clock(&fixture.clock, call).await.unwrap_err();
        assert!(matches!(error, TokenClientError::Transport(error) if error.is_timeout()));
    }
}

#[tokio::test]
async fn deadline_limits_all_attempts_together() {
    let fixture = set_up_with(|builder| {
        let builder = builder.timeout(TEST_TIMEOUT);
        let clock = crate::time::SystemClock::default();
        builder.clock(clock).deadline(Duration::from_millis(300))
    });
    fixture
        .cognito
        .set_fault(Endpoint::Token, Some(Fault::Hang));
    let begin = std::time::Instant::now();
    fixture.tokens.token("widgets/read").await.unwrap_err();
    assert!(begin.elapsed() < TEST_TIMEOUT / 2);
    let begin = std::time::Instant::now();
    fixture
        .tokens
        .fetch_token("widgets/read")
        .await
        .unwrap_err();
    assert!(begin.elapsed() < TEST_TIMEOUT / 2);
}

#[tokio::test]
async fn retry_waits_for_retry_after() {
    let reply = Reply::new(429, "retry-after: 5\r\n", "");
    let server = token_server([reply, Reply::token("t")]);
    let clock = TestClock::new();
    let tokens = client_builder(&server.url("/token")).clock(clock.clone());
    let tokens = tokens.build().unwrap();
    let begin = clock.monotonic();
    advancing_clock(&clock, tokens.token("a")).await.unwrap();
    assert!(clock.monotonic() - begin >= Duration::from_secs(5));
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn retry_after_beyond_the_deadline_fails_immediately_and_is_remembered() {
    let reply = Reply::new(429, "retry-after: 86400\r\n", "");
    let server = token_server([reply, Reply::token("t")]);
    let clock = TestClock::new();
    let tokens = client_builder(&server.url("/token")).clock(clock.clone());
    let tokens = tokens.build().unwrap();
    // The clock does not advance, so a call that waited would hang.
    for _ in 0..100 {
        let error = tokens.token("a").await.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    }
    assert_eq!(server.requests(), 1);
    clock.advance(Duration::from_secs(31));
    tokens.token("a").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thousand_callers_with_a_wrong_secret_cause_at_most_four_requests() {
    let fixture = set_up_with(|builder| builder.client_secret("wrong"));
    let callers: Vec<_> = (0..1_000)
        .map(|number| {
            let tokens = fixture.tokens.clone();
            // The refusal of the client applies to all scope sets.
            let scopes = format!("widgets/read other/{}", number % 100);
            tokio::spawn(async move { tokens.token(scopes).await.unwrap_err() })
        })
        .collect();
    for caller in callers {
        assert_eq!(error_code(&caller.await.unwrap()), "invalid_client");
    }
    for _ in 0..1_000 {
        fixture.tokens.token("widgets/read").await.unwrap_err();
    }
    let requests = fixture.cognito.token_requests();
    assert!(requests <= 4, "{requests} requests");
}

#[tokio::test]
async fn refusal_is_forgotten_after_10_seconds() {
    let fixture = set_up();
    fixture.tokens.token("widgets/admin").await.unwrap_err();
    let error = fixture.tokens.token("widgets/admin").await.unwrap_err();
    assert_eq!(error_code(&error), "invalid_scope");
    assert_eq!(fixture.cognito.token_requests(), 1);
    // `invalid_scope` applies to that scope set alone.
    fixture.tokens.token("widgets/read").await.unwrap();

    fixture.clock.advance(Duration::from_secs(11));
    fixture.tokens.token("widgets/admin").await.unwrap_err();
    assert_eq!(fixture.cognito.token_requests(), 3);
}

#[tokio::test]
async fn transient_error_without_retry_after_is_not_remembered() {
    let fixture = set_up();
    fail_with(&fixture.cognito, 503, "");
    advancing_clock(&fixture.clock, fixture.tokens.token("widgets/read"))
        .await
        .unwrap_err();
    fixture.cognito.set_fault(Endpoint::Token, None);
    fixture.tokens.token("widgets/read").await.unwrap();
}

#[tokio::test]
async fn block_of_a_firewall_is_remembered_for_all_scopes() {
    for body in [
        "<html>403 Forbidden</html>",
        r#"{"message":"Forbidden"}"#,
        r#"{"__type":"ForbiddenException"}"#,
        "",
    ] {
        let server = token_server([Reply::new(403, "", body)]);
        let clock = TestClock::new();
        let builder = client_builder(&server.url("/token")).clock(clock.clone());
        let tokens = builder.build().unwrap();
        for scope in ["a", "b", "c"] {
            assert!(!tokens.token(scope).await.unwrap_err().is_transient());
        }
        assert_eq!(server.requests(), 1, "{body}");
        clock.advance(Duration::from_secs(10));
        tokens.token("d").await.unwrap_err();
        assert_eq!(server.requests(), 2, "{body}");
    }
}
