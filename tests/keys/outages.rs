//! `RULES.md` 2.5 to 2.7: a key server that is away, slow or odd.

use super::*;

#[actix_web::test]
async fn rule_2_5_keys_stay_good_for_24_hours_without_a_refresh_and_no_longer() {
    let fixture = Fixture::warm().await;
    let token = fixture
        .cognito
        .token("reporting")
        .expires_in(seconds(86_400))
        .sign();
    assert_eq!(fixture.judge(&token).await, Ok(()));
    fixture
        .cognito
        .set_fault(Endpoint::Jwks, Some(Fault::CloseConnection));
    fixture.clock.advance(seconds(86_399));
    eventually("a refresh has failed", || {
        fixture.auth.health().pools()[0].last_error().is_some()
    })
    .await;
    assert_eq!(
        fixture.judge(&token).await,
        Ok(()),
        "an outage is ridden out"
    );
    assert!(fixture.auth.health().is_ready());
    fixture.clock.advance(seconds(1));
    assert_eq!(
        fixture.judge(&token).await,
        Err("keys_unavailable"),
        "cached or not"
    );
    assert!(!fixture.auth.health().is_ready());
    fixture.cognito.set_fault(Endpoint::Jwks, None);
    eventually("the keys are back", || {
        fixture.clock.advance(seconds(60));
        fixture.auth.health().is_ready()
    })
    .await;
    assert_eq!(fixture.judge(&fixture.token()).await, Ok(()));
}

#[actix_web::test]
async fn rule_2_5_failures_are_retried_with_backoff_and_recover_by_themselves() {
    let clock = TestClock::new();
    let cognito = LocalCognito::builder()
        .clock(clock.clone())
        .start()
        .expect("a local Cognito");
    cognito.set_fault(Endpoint::Jwks, Some(Fault::Status(503, None, None)));
    let auth = build(cognito.settings(), &clock);
    let unavailable = auth.prefetch().await.expect_err("no keys yet");
    let first_pause = unavailable.retry_after;
    assert!(
        first_pause > Duration::ZERO && first_pause <= seconds(2),
        "{first_pause:?}"
    );
    for attempt in 2..=8_u64 {
        let error = auth.prefetch().await.expect_err("no keys yet");
        assert!(error.retry_after <= seconds(60), "{error:?}");
        // A pause is 1, 2, 4 .. 60 s, of which jitter takes up to a half.
        clock.advance(seconds(60));
        eventually("the next attempt", || cognito.jwks_requests() == attempt).await;
    }
    auth.prefetch().await.expect_err("no keys yet");
    cognito.set_fault(Endpoint::Jwks, None);
    eventually("the keys come", || {
        clock.advance(seconds(60));
        auth.health().is_ready()
    })
    .await;
    assert!(auth.health().pools()[0].last_error().is_none());
}

#[actix_web::test]
async fn rule_2_6_bounds_of_a_fetch() {
    let large = format!(r#"{{"keys":[],"pad":"{}"}}"#, "x".repeat(600 * 1024));
    for (body, expected) in [
        (large.as_str(), "larger than 524288 bytes"),
        (r#"{"keys":[]}"#, "no RSA signing key"),
        ("<html>", "not a JWK Set"),
    ] {
        let fixture = Fixture::with(|settings| settings);
        fixture.cognito.set_jwks_body(body, "application/json");
        fixture.clock.advance(seconds(300));
        eventually(expected, || {
            let health = fixture.auth.health();
            fixture.clock.advance(seconds(300));
            health.pools()[0]
                .last_error()
                .is_some_and(|error| error.contains(expected))
        })
        .await;
    }
}

#[actix_web::test]
async fn rule_2_6_a_fetch_ends_within_its_time_limit() {
    let fixture = Fixture::with(|settings| settings.jwks_timeout(Duration::from_millis(200)));
    for fault in [Fault::Hang, Fault::Stall, Fault::Delay(seconds(5))] {
        fixture
            .cognito
            .set_fault(Endpoint::Jwks, Some(fault.clone()));
        fixture.clock.advance(seconds(300));
        eventually("the fetch has timed out", || {
            let health = fixture.auth.health();
            fixture.clock.advance(seconds(300));
            let error = health.pools()[0].last_error().map(str::to_owned);
            error
                .is_some_and(|error| error.contains("jwks_timeout") || error.contains("connection"))
        })
        .await;
    }
}

#[actix_web::test]
async fn rule_2_6_redirects_are_not_followed() {
    let elsewhere = LocalCognito::start().expect("another server");
    let fixture = Fixture::with(|settings| settings.jwks_ttl(seconds(60)));
    fixture.auth.prefetch().await.expect("keys");
    fixture
        .cognito
        .set_fault(Endpoint::Jwks, Some(Fault::Redirect(elsewhere.jwks_url())));
    fixture.clock.advance(seconds(60));
    eventually("the refresh has failed", || {
        let health = fixture.auth.health();
        health.pools()[0]
            .last_error()
            .is_some_and(|error| error.contains("302"))
    })
    .await;
    assert_eq!(elsewhere.jwks_requests(), 0);
}

#[actix_web::test]
async fn rule_2_7_the_wall_clock_does_not_age_keys() {
    let fixture = Fixture::warm().await;
    let long_ago = seconds(1_000_000);
    fixture.clock.set_wall(long_ago);
    assert!(fixture.auth.health().is_ready());
    assert_eq!(
        fixture.judge(&fixture.token()).await,
        Ok(()),
        "dates are judged by the wall clock"
    );
    assert_eq!(fixture.cognito.jwks_requests(), 1);
}

#[actix_web::test]
async fn after_a_shutdown_nobody_waits_for_a_fetch_that_never_comes() {
    let fixture = Fixture::warm().await;
    fixture.auth.shutdown().await;
    fixture.clock.advance(seconds(20));
    assert_eq!(fixture.judge(&fixture.token()).await, Ok(()));
    let unknown = fixture.cognito.token("reporting").kid("unknown").sign();
    assert_eq!(fixture.judge(&unknown).await, Err("unknown_kid"));
}
