//! Rules 2.5 and 2.6: a JWKS endpoint that is unavailable, slow or wrong.

use super::*;

#[actix_web::test]
async fn rule_2_5_keys_work_for_24_hours_without_a_refresh() {
    let fixture = start_with_keys().await;
    let token = fixture.token().expires_in(seconds(86_400)).sign();
    assert_eq!(fixture.refusal_of(&token).await, None);
    fixture
        .cognito
        .set_fault(Endpoint::Jwks, Some(Fault::CloseConnection));
    fixture.clock.advance(seconds(86_399));
    eventually("a refresh has failed", || last_error(&fixture).is_some()).await;
    assert_eq!(
        fixture.refusal_of(&token).await,
        None,
        "the keys are still valid"
    );
    assert!(fixture.auth.health().is_ready());
    fixture.clock.advance(seconds(1));
    assert_eq!(
        fixture.refusal_of(&token).await,
        Some("keys_unavailable"),
        "cached tokens are refused too"
    );
    assert!(!fixture.auth.health().is_ready());
    fixture.cognito.set_fault(Endpoint::Jwks, None);
    eventually("the keys are fetched again", || {
        fixture.clock.advance(seconds(60));
        fixture.auth.health().is_ready()
    })
    .await;
    let token = long_lived_token(&fixture);
    assert_eq!(fixture.refusal_of(&token).await, None);
}

#[actix_web::test]
async fn rule_2_5_failed_fetches_are_retried_with_backoff_until_one_succeeds() {
    let AuthFixture {
        cognito,
        clock,
        auth,
    } = AuthFixture::without_prefetch(|cognito, settings| {
        cognito.set_fault(Endpoint::Jwks, Some(Fault::Status(503, None, None)));
        settings
    });
    let error = auth.prefetch().await.expect_err("no keys yet");
    let first_pause = error.retry_after;
    assert!(
        first_pause > Duration::ZERO && first_pause <= seconds(2),
        "{first_pause:?}"
    );
    for attempt in 2..=8_u64 {
        let error = auth.prefetch().await.expect_err("no keys yet");
        assert!(error.retry_after <= seconds(60), "{error:?}");
        // A pause is 1, 2, 4 .. 60 s, minus up to a half as jitter.
        clock.advance(seconds(60));
        eventually("the next attempt", || cognito.jwks_requests() == attempt).await;
    }
    auth.prefetch().await.expect_err("no keys yet");
    cognito.set_fault(Endpoint::Jwks, None);
    eventually("the keys are fetched", || {
        clock.advance(seconds(60));
        auth.health().is_ready()
    })
    .await;
    assert!(auth.health().pools()[0].last_error().is_none());
}

#[actix_web::test]
async fn rule_2_6_key_set_is_bounded_and_valid() {
    let large = format!(r#"{{"keys":[],"pad":"{}"}}"#, "x".repeat(600 * 1024));
    for (body, expected) in [
        (large.as_str(), "larger than 524288 bytes"),
        (r#"{"keys":[]}"#, "no RSA signing key"),
        ("<html>", "not a JWK Set"),
    ] {
        let fixture = AuthFixture::without_prefetch(|_, settings| settings);
        fixture.cognito.set_jwks_body(body, "application/json");
        fixture.clock.advance(seconds(300));
        eventually(expected, || {
            let error = last_error(&fixture);
            fixture.clock.advance(seconds(300));
            error.is_some_and(|error| error.contains(expected))
        })
        .await;
    }
}

#[actix_web::test]
async fn rule_2_6_fetch_ends_within_its_time_limit() {
    for fault in [Fault::Hang, Fault::Stall, Fault::Delay(seconds(5))] {
        let fixture = AuthFixture::without_prefetch(|cognito, settings| {
            cognito.set_fault(Endpoint::Jwks, Some(fault));
            settings.jwks_timeout(Duration::from_millis(200))
        });
        eventually("the fetch has timed out", || {
            let error = last_error(&fixture);
            fixture.clock.advance(seconds(300));
            error.is_some_and(|error| error.contains("jwks_timeout"))
        })
        .await;
    }
}

#[actix_web::test]
async fn rule_2_6_redirects_are_not_followed() {
    let elsewhere = LocalCognito::start().expect("another server starts");
    let fixture = AuthFixture::with_settings(|settings| settings.jwks_ttl(seconds(60))).await;
    fixture
        .cognito
        .set_fault(Endpoint::Jwks, Some(Fault::Redirect(elsewhere.jwks_url())));
    fixture.clock.advance(seconds(60));
    eventually("the refresh has failed", || {
        last_error(&fixture).is_some_and(|error| error.contains("302"))
    })
    .await;
    assert_eq!(elsewhere.jwks_requests(), 0);
}

#[actix_web::test]
async fn unknown_kid_is_refused_without_a_fetch_after_shutdown() {
    let fixture = start_with_keys().await;
    fixture.auth.shutdown().await;
    fixture.clock.advance(seconds(20));
    let token = long_lived_token(&fixture);
    assert_eq!(fixture.refusal_of(&token).await, None);
    let unknown = token_with_unknown_kid(&fixture);
    assert_eq!(fixture.refusal_of(&unknown).await, Some("unknown_kid"));
}
