//! Rule 2.7: wall clocks that are set back or forward, and a machine that was suspended.

use std::future::Future;
use std::pin::Pin;

use cognito_m2m::CognitoAuth;
use cognito_m2m::testing::TestClock;
use cognito_m2m::time::{Clock, ClockReading};
use futures_util::FutureExt as _;

use super::*;

const DAY: Duration = seconds(86_400);

/// Sets the wall clock back by 30 days.
fn set_back(clock: &TestClock) {
    clock.set_wall(clock.wall() - DAY * 30);
}

/// Sets the wall clock forward, as a suspended machine sees it after this time.
fn set_forward(clock: &TestClock, step: Duration) {
    clock.set_wall(clock.wall() + step);
}

#[actix_web::test]
async fn rule_2_7_wall_clock_that_is_set_back_extends_nothing() {
    let fixture = start_with_keys().await;
    set_back(&fixture.clock);
    assert!(fixture.auth.health().is_ready());
    let token = long_lived_token(&fixture);
    assert_eq!(
        fixture.refusal_of(&token).await,
        None,
        "dates of tokens are compared with the wall clock"
    );
    assert_eq!(fixture.cognito.jwks_requests(), 1);
    advance_until_fetched(&fixture, seconds(240), 2).await;

    set_back(&fixture.clock);
    let unknown = token_with_unknown_kid(&fixture);
    fixture.clock.advance(seconds(9));
    assert_eq!(fixture.refusal_of(&unknown).await, Some("unknown_kid"));
    assert_eq!(fixture.cognito.jwks_requests(), 2, "within the cool-down");
    fixture.clock.advance(seconds(1));
    assert_eq!(fixture.refusal_of(&unknown).await, Some("unknown_kid"));
    assert_eq!(fixture.cognito.jwks_requests(), 3);

    fixture
        .cognito
        .set_fault(Endpoint::Jwks, Some(Fault::CloseConnection));
    set_back(&fixture.clock);
    fixture.clock.advance(DAY);
    assert!(!fixture.auth.health().is_ready());
    let token = long_lived_token(&fixture);
    assert_eq!(fixture.refusal_of(&token).await, Some("keys_unavailable"));
}

#[actix_web::test]
async fn rule_2_7_wall_clock_that_is_set_forward_ages_keys_and_starts_a_fetch_at_once() {
    let fixture = start_with_keys().await;
    set_forward(&fixture.clock, seconds(7_200));
    eventually("the keys are fetched", || {
        fixture.cognito.jwks_requests() == 2 && !is_fetching(&fixture)
    })
    .await;

    set_forward(&fixture.clock, seconds(10));
    assert_eq!(
        fixture.auth.health().pools()[0].keys_age(),
        Some(seconds(10))
    );
    let unknown = token_with_unknown_kid(&fixture);
    assert_eq!(fixture.refusal_of(&unknown).await, Some("unknown_kid"));
    assert_eq!(fixture.cognito.jwks_requests(), 3, "the cool-down is over");

    fixture
        .cognito
        .set_fault(Endpoint::Jwks, Some(Fault::CloseConnection));
    let token = fixture.token().expires_in(DAY).sign();
    assert_eq!(fixture.refusal_of(&token).await, None);
    set_forward(&fixture.clock, DAY - seconds(1));
    assert!(fixture.auth.health().is_ready());
    assert_eq!(fixture.refusal_of(&token).await, None);
    set_forward(&fixture.clock, seconds(1));
    assert!(!fixture.auth.health().is_ready());
    assert_eq!(
        fixture.refusal_of(&token).await,
        Some("keys_unavailable"),
        "cached tokens are refused too"
    );
    fixture.cognito.set_fault(Endpoint::Jwks, None);
    eventually("the keys are fetched again", || {
        set_forward(&fixture.clock, seconds(60));
        fixture.auth.health().is_ready()
    })
    .await;
}

#[actix_web::test]
async fn rule_2_7_retry_after_counts_down_on_both_clocks() {
    let fixture = AuthFixture::without_prefetch(|cognito, settings| {
        cognito.set_fault(Endpoint::Jwks, Some(Fault::Status(503, None, None)));
        settings
    });
    let error = fixture.auth.prefetch().await.expect_err("no keys yet");
    let step = error.retry_after / 2;
    set_forward(&fixture.clock, step);
    let later = fixture.auth.prefetch().await.expect_err("no keys yet");
    assert_eq!(later.retry_after, error.retry_after - step);
    set_back(&fixture.clock);
    let later = fixture.auth.prefetch().await.expect_err("no keys yet");
    assert_eq!(later.retry_after, error.retry_after);
}

/// A clock whose sleeping tasks do not notice when the wall clock is set, as on a machine that has
/// just resumed.
#[derive(Clone)]
struct Resumed(TestClock);

impl Clock for Resumed {
    fn wall(&self) -> Duration {
        self.0.wall()
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    fn sleep_until(&self, deadline: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.0.sleep_until(deadline)
    }

    fn sleep_until_either(
        &self,
        deadline: ClockReading,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.0.sleep_until(deadline.monotonic)
    }
}

/// Starts a local Cognito and a `CognitoAuth` that has fetched its keys, with a [`Resumed`] clock.
async fn start_resumed() -> (TestClock, LocalCognito, CognitoAuth) {
    let clock = TestClock::new();
    let cognito = LocalCognito::builder()
        .clock(clock.clone())
        .start()
        .expect("the local Cognito starts");
    let auth = CognitoAuth::builder()
        .settings(cognito.settings())
        .clock(Resumed(clock.clone()))
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    auth.prefetch().await.expect("the keys are fetched");
    (clock, cognito, auth)
}

#[actix_web::test]
async fn rule_2_7_first_request_after_a_suspension_starts_one_fetch() {
    let (clock, cognito, auth) = start_resumed().await;
    let cached = cognito.token("reporting").expires_in(DAY).sign();
    auth.validate_token(&cached).await.expect("a valid token");
    for requests in 2..=4 {
        set_forward(&clock, seconds(7_200));
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(cognito.jwks_requests(), requests - 1, "the task sleeps");
        let new = cognito.token("reporting").expires_in(DAY).sign();
        // A cached token and an uncached one both start the fetch.
        let first = if requests % 2 == 0 { &cached } else { &new };
        for token in [first, &cached, &new].into_iter().cycle().take(300) {
            let validated = auth.validate_token(token).now_or_never();
            validated
                .expect("known keys wait for no fetch")
                .expect("a valid token");
        }
        eventually("the keys are fetched", || {
            auth.health().pools()[0].keys_age() == Some(Duration::ZERO)
        })
        .await;
        assert_eq!(cognito.jwks_requests(), requests);
    }
}

#[actix_web::test]
async fn rule_2_7_request_after_a_suspension_of_a_day_waits_for_new_keys() {
    let (clock, cognito, auth) = start_resumed().await;
    set_forward(&clock, DAY);
    assert!(!auth.health().is_ready());
    let token = cognito.token("reporting").sign();
    auth.validate_token(&token).await.expect("a valid token");
    assert_eq!(cognito.jwks_requests(), 2);
}

#[actix_web::test]
async fn rule_2_7_prefetch_after_a_suspension_of_a_day_waits_for_new_keys() {
    let (clock, cognito, auth) = start_resumed().await;
    set_forward(&clock, DAY);
    assert!(!auth.health().is_ready());
    auth.prefetch().await.expect("the keys are fetched again");
    assert!(auth.health().is_ready());
    assert_eq!(cognito.jwks_requests(), 2);
}
