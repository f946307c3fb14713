use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// A moment at which every token with a life of 300 s is due for renewal, but still usable.
const RENEWAL: Duration = Duration::from_secs(258);

/// The number of scope sets.
const SETS: usize = 20;

fn throttle(cognito: &LocalCognito, retry_after: u64) {
    let fault = Fault::Status(429, Some(retry_after), None);
    cognito.set_fault(Endpoint::Token, Some(fault));
}

fn set(number: usize) -> String {
    format!("set/{number}")
}

/// Fetches a token and uses it, so that it is renewed in the background.
async fn warm_up(tokens: &TokenClient, scopes: &str) {
    for _ in 0..2 {
        tokens.token(scopes).await.unwrap();
    }
}

/// Waits until the second request has failed, and the renewal sleeps until the next one.
async fn wait_for_failed_renewal(fixture: &Fixture) {
    wait_until(|| fixture.cognito.token_requests() == 2 && fixture.clock.sleepers() == 1).await;
}

/// Advances the clock in seconds and calls the client, and checks that it sends no request.
async fn assert_no_requests(fixture: &Fixture, seconds: usize) {
    let before = fixture.cognito.token_requests();
    for second in 1..=seconds {
        fixture.clock.advance(SECOND);
        // Fails once the old token has expired.
        let _ = fixture.tokens.token("widgets/read").await;
        tokio::time::sleep(Duration::from_millis(5)).await;
        let requests = fixture.cognito.token_requests();
        assert_eq!(requests, before, "after {second} s");
    }
}

/// Checks that the first renewal of a fixture fails, that no request is sent for this time, and that the
/// renewal is repeated afterwards.
async fn assert_renewal_fails_and_pauses(fixture: &Fixture, seconds: usize) {
    fixture.clock.advance(RENEWAL);
    wait_for_failed_renewal(fixture).await;
    assert_no_requests(fixture, seconds).await;
    fixture.cognito.set_fault(Endpoint::Token, None);
    wait_until(|| {
        fixture.clock.advance(SECOND);
        fixture.cognito.token_requests() == 3
    })
    .await;
}

#[tokio::test]
async fn renewal_waits_for_retry_after() {
    let fixture = set_up();
    warm_up(&fixture.tokens, "widgets/read").await;
    throttle(&fixture.cognito, 30);
    assert_renewal_fails_and_pauses(&fixture, 29).await;
}

#[tokio::test]
async fn renewal_is_not_repeated_while_a_refusal_is_remembered() {
    for code in ["unauthorized_client", "invalid_client", "invalid_scope"] {
        let fixture = set_up();
        warm_up(&fixture.tokens, "widgets/read").await;
        fail_with(&fixture.cognito, 400, &format!(r#"{{"error":"{code}"}}"#));
        assert_renewal_fails_and_pauses(&fixture, 9).await;
    }
}

#[tokio::test]
async fn refusal_of_the_client_stops_the_renewals_of_other_scope_sets() {
    let fixture = set_up();
    // It is not used again, so only a call renews it.
    let old = fixture.tokens.token("widgets/read").await.unwrap();
    fixture.clock.advance(RENEWAL);
    fail_with(&fixture.cognito, 400, r#"{"error":"invalid_client"}"#);
    fixture.tokens.token("widgets/write").await.unwrap_err();
    assert_eq!(fixture.cognito.token_requests(), 2);
    fixture.cognito.set_fault(Endpoint::Token, None);

    for _ in 0..10 {
        let token = fixture.tokens.token("widgets/read").await.unwrap();
        assert_eq!(token.secret(), old.secret());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(fixture.cognito.token_requests(), 2);
    fixture.clock.advance(SECOND * 10);
    fixture.tokens.token("widgets/read").await.unwrap();
    wait_until(|| fixture.cognito.token_requests() == 3).await;
}

#[tokio::test]
async fn throttling_of_one_scope_set_stops_first_fetches_of_all() {
    for fault in [
        Fault::Status(429, Some(30), None),
        Fault::Status(503, Some(30), None),
        Fault::Status(
            400,
            Some(30),
            Some(r#"{"__type":"ThrottlingException"}"#.to_owned()),
        ),
        Fault::Status(
            400,
            Some(30),
            Some(r#"{"__type":"LimitExceededException"}"#.to_owned()),
        ),
    ] {
        let fixture = set_up();
        register_scopes(&fixture.cognito, SETS);
        fixture.cognito.set_fault(Endpoint::Token, Some(fault));
        for second in 0..30 {
            for number in 0..SETS {
                let error = fixture.tokens.token(set(number)).await.unwrap_err();
                assert_eq!(error.retry_after(), Some(SECOND * 30), "after {second} s");
            }
            fixture.clock.advance(SECOND);
        }
        assert_eq!(fixture.cognito.token_requests(), 1);
        fixture.cognito.set_fault(Endpoint::Token, None);
        for number in 0..SETS {
            fixture.tokens.token(set(number)).await.unwrap();
        }
    }
}

#[tokio::test]
async fn throttling_of_one_renewal_stops_those_of_all_scope_sets() {
    let fixture = set_up();
    register_scopes(&fixture.cognito, SETS);
    for number in 0..SETS {
        warm_up(&fixture.tokens, &set(number)).await;
    }
    let warm = fixture.cognito.token_requests();
    assert_eq!(warm, 20);
    throttle(&fixture.cognito, 30);
    fixture.clock.advance(RENEWAL);
    wait_until(|| fixture.cognito.token_requests() > warm && fixture.clock.sleepers() == SETS)
        .await;
    for _ in 0..29 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        fixture.clock.advance(SECOND);
    }
    // One request, and up to three more if the machine is so busy that the response takes long.
    let requests = fixture.cognito.token_requests() - warm;
    assert!((1..=4).contains(&requests), "{requests} requests");

    fixture.cognito.set_fault(Endpoint::Token, None);
    fixture.clock.advance(SECOND * 30);
    for number in 0..SETS {
        fixture.tokens.token(set(number)).await.unwrap();
    }
}

#[tokio::test]
async fn calls_for_other_scopes_wait_while_throttling_is_short() {
    let fixture = set_up_with(|builder| builder.deadline(LONG_DEADLINE));
    throttle(&fixture.cognito, 5);
    let tokens = fixture.tokens.clone();
    let first = tokio::spawn(async move { tokens.token("widgets/read").await });
    wait_until(|| fixture.cognito.token_requests() == 1 && fixture.clock.sleepers() == 1).await;
    let tokens = fixture.tokens.clone();
    let second = tokio::spawn(async move { tokens.token("widgets/write").await });
    wait_until(|| fixture.clock.sleepers() == 2).await;
    fixture.clock.advance(SECOND * 4);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(fixture.cognito.token_requests(), 1);

    fixture.cognito.set_fault(Endpoint::Token, None);
    let both = async { (first.await.unwrap(), second.await.unwrap()) };
    let (first, second) = advancing_clock(&fixture.clock, both).await;
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(fixture.cognito.token_requests(), 3);
}

#[tokio::test]
async fn throttling_without_retry_after_holds_other_requests_back_for_a_moment() {
    let fixture = set_up_with(|builder| builder.deadline(LONG_DEADLINE));
    fail_with(
        &fixture.cognito,
        400,
        r#"{"__type":"TooManyRequestsException"}"#,
    );
    let tokens = fixture.tokens.clone();
    let first = tokio::spawn(async move { tokens.token("widgets/read").await });
    wait_until(|| fixture.cognito.token_requests() == 1 && fixture.clock.sleepers() == 1).await;
    let tokens = fixture.tokens.clone();
    let second = tokio::spawn(async move { tokens.token("widgets/write").await });
    wait_until(|| fixture.clock.sleepers() == 2).await;
    assert_eq!(fixture.cognito.token_requests(), 1);

    let both = async { (first.await.unwrap(), second.await.unwrap()) };
    let (first, second) = advancing_clock(&fixture.clock, both).await;
    assert!(first.is_err() && second.is_err());
    // After that, calls fail without a request until the next pause has passed.
    let before = fixture.cognito.token_requests();
    for number in 0..SETS {
        let error = fixture.tokens.token(set(number)).await.unwrap_err();
        assert_eq!(error_code(&error), "TooManyRequestsException");
    }
    assert_eq!(fixture.cognito.token_requests(), before);
    fixture.cognito.set_fault(Endpoint::Token, None);
    fixture.clock.advance(SECOND * 10);
    fixture.tokens.token("widgets/read").await.unwrap();
}

#[tokio::test]
async fn refusal_of_one_scope_set_leaves_the_others_alone() {
    let fixture = set_up();
    fixture.tokens.token("widgets/admin").await.unwrap_err();
    fixture.tokens.token("widgets/read").await.unwrap();
    fixture.tokens.token("widgets/write").await.unwrap();
    assert_eq!(fixture.cognito.token_requests(), 3);
}
