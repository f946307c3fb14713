use super::*;
use crate::time::Clock as _;

const TWO_HOURS: Duration = Duration::from_secs(7_200);

/// Suspends the machine: the wall clock advances and the monotonic clock does not.
fn suspend(clock: &TestClock, time: Duration) {
    clock.set_wall(clock.wall() + time);
}

fn set_back(clock: &TestClock, time: Duration) {
    clock.set_wall(clock.wall() - time);
}

#[tokio::test]
async fn call_after_a_suspension_fetches_a_token_before_it_returns() {
    let fixture = set_up();
    let old = fixture.tokens.token("widgets/read").await.unwrap();
    suspend(&fixture.clock, TWO_HOURS);
    let token = fixture.tokens.token("widgets/read").await.unwrap();
    assert_ne!(token.secret(), old.secret());
    assert_eq!(fixture.cognito.token_requests(), 2);
}

#[tokio::test]
async fn opaque_token_ends_with_a_suspension_too() {
    let server = token_server([Reply::token("one"), Reply::token("two")]);
    let clock = TestClock::new();
    let tokens = client_builder(&server.url("/token")).clock(clock.clone());
    let tokens = tokens.build().unwrap();
    assert_eq!(tokens.token("a").await.unwrap().secret(), "one");
    suspend(&clock, Duration::from_secs(270));
    assert_eq!(tokens.token("a").await.unwrap().secret(), "two");
}

#[tokio::test]
async fn wall_clock_that_is_set_back_prolongs_no_token() {
    let server = token_server([Reply::token("one"), Reply::token("two")]);
    let clock = TestClock::new();
    let tokens = client_builder(&server.url("/token")).clock(clock.clone());
    let tokens = tokens.build().unwrap();
    tokens.token("a").await.unwrap();
    set_back(&clock, TWO_HOURS);
    assert_eq!(tokens.token("a").await.unwrap().secret(), "one");
    clock.advance(Duration::from_secs(270));
    assert_eq!(tokens.token("a").await.unwrap().secret(), "two");
}

#[tokio::test]
async fn renewal_starts_when_the_wall_clock_reaches_its_time() {
    let fixture = set_up();
    fixture.tokens.token("widgets/read").await.unwrap();
    fixture.tokens.token("widgets/read").await.unwrap();
    suspend(&fixture.clock, Duration::from_secs(258));
    wait_until(|| fixture.cognito.token_requests() == 2).await;
}

#[tokio::test]
async fn refusal_is_remembered_for_10_seconds_of_either_clock() {
    for is_suspended in [true, false] {
        let fixture = set_up();
        fixture.tokens.token("widgets/admin").await.unwrap_err();
        if is_suspended {
            suspend(&fixture.clock, Duration::from_secs(10));
        } else {
            set_back(&fixture.clock, TWO_HOURS);
            fixture.tokens.token("widgets/admin").await.unwrap_err();
            assert_eq!(fixture.cognito.token_requests(), 1);
            fixture.clock.advance(Duration::from_secs(10));
        }
        fixture.tokens.token("widgets/admin").await.unwrap_err();
        assert_eq!(fixture.cognito.token_requests(), 2);
    }
}

#[tokio::test]
async fn refusal_of_the_client_and_throttling_end_with_a_suspension() {
    for (status, retry_after, body) in [
        (400, None, r#"{"error":"invalid_client"}"#),
        (429, Some(30), ""),
    ] {
        let fixture = set_up();
        let fault = Fault::Status(status, retry_after, Some(body.to_owned()));
        fixture.cognito.set_fault(Endpoint::Token, Some(fault));
        fixture.tokens.token("widgets/read").await.unwrap_err();
        fixture.cognito.set_fault(Endpoint::Token, None);
        fixture.tokens.token("widgets/write").await.unwrap_err();
        assert_eq!(fixture.cognito.token_requests(), 1);
        suspend(&fixture.clock, Duration::from_secs(30));
        fixture.tokens.token("widgets/write").await.unwrap();
        fixture.tokens.token("widgets/read").await.unwrap();
    }
}

#[tokio::test]
async fn pause_between_attempts_ends_with_a_suspension() {
    let fixture = set_up();
    fail_with(&fixture.cognito, 503, "");
    let tokens = fixture.tokens.clone();
    let call = tokio::spawn(async move { tokens.token("widgets/read").await });
    wait_until(|| fixture.cognito.token_requests() == 1 && fixture.clock.sleepers() == 1).await;
    fixture.cognito.set_fault(Endpoint::Token, None);
    suspend(&fixture.clock, Duration::from_secs(5));
    call.await.unwrap().unwrap();
}

#[tokio::test]
async fn suspension_during_a_request_causes_another_request() {
    let clock = TestClock::new();
    let machine = clock.clone();
    let suspended = Reply::made(move || {
        suspend(&machine, TWO_HOURS);
        Reply::token("one")
    });
    let server = token_server([suspended, Reply::token("two")]);
    let tokens = client_builder(&server.url("/token")).clock(clock.clone());
    let tokens = tokens.build().unwrap();
    let token = advancing_clock(&clock, tokens.token("a")).await.unwrap();
    assert_eq!(token.secret(), "two");
}

#[tokio::test]
async fn invalidations_are_limited_by_either_clock() {
    for is_suspended in [true, false] {
        let fixture = set_up();
        let token = fixture.tokens.token("widgets/read").await.unwrap();
        assert!(fixture.tokens.invalidate(&token));
        let token = fixture.tokens.token("widgets/read").await.unwrap();
        assert!(!fixture.tokens.invalidate(&token));
        if is_suspended {
            suspend(&fixture.clock, Duration::from_secs(10));
        } else {
            set_back(&fixture.clock, TWO_HOURS);
            assert!(!fixture.tokens.invalidate(&token));
            fixture.clock.advance(Duration::from_secs(10));
        }
        assert!(fixture.tokens.invalidate(&token));
    }
}
