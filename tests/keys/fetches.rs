//! Rule 2.2: requests share one fetch, and known keys never wait for it.

use actix_web::rt::System;
use actix_web::rt::time::timeout;
use cognito_m2m::error::Refusal;
use futures_util::FutureExt as _;

use super::*;

#[actix_web::test]
async fn rule_2_2_thousand_first_requests_cause_one_fetch() {
    let fixture = AuthFixture::without_prefetch(|cognito, settings| {
        let delay = Fault::Delay(Duration::from_millis(200));
        cognito.set_fault(Endpoint::Jwks, Some(delay));
        settings
    });
    let tokens: Vec<_> = (0..1_000).map(|_| long_lived_token(&fixture)).collect();
    let refusals = join_all(tokens.iter().map(|token| fixture.refusal_of(token))).await;
    assert!(refusals.iter().all(Option::is_none));
    assert_eq!(fixture.cognito.jwks_requests(), 1);
}

#[actix_web::test]
async fn rule_2_2_cancelling_the_first_request_does_not_cancel_the_fetch() {
    let fixture = start_with_keys().await;
    fixture.clock.advance(seconds(11));
    let rotated = SigningKey::generate().expect("a key");
    fixture.cognito.add_jwk(rotated.public_jwk());
    let delay = Fault::Delay(Duration::from_millis(300));
    fixture.cognito.set_fault(Endpoint::Jwks, Some(delay));
    let token = fixture.token().signed_by(&rotated).sign();
    let mut first = Box::pin(fixture.refusal_of(&token));
    assert!(futures_util::poll!(first.as_mut()).is_pending());
    eventually("a fetch has started", || {
        fixture.cognito.jwks_requests() == 2
    })
    .await;
    drop(first);
    assert_eq!(fixture.refusal_of(&token).await, None);
    assert_eq!(fixture.cognito.jwks_requests(), 2);
}

#[test]
fn rule_2_2_fetch_survives_the_worker_that_started_it() {
    let fixture = System::new().block_on(start_with_keys());
    fixture.clock.advance(seconds(11));
    fixture.cognito.rotate_keys();
    let delay = Fault::Delay(Duration::from_millis(300));
    fixture.cognito.set_fault(Endpoint::Jwks, Some(delay));
    let token = fixture.token().sign();
    let worker = {
        let (auth, token) = (fixture.auth.clone(), token.clone());
        std::thread::spawn(move || {
            System::new().block_on(async move {
                let _ = timeout(Duration::from_millis(20), auth.validate_token(&token)).await;
            });
        })
    };
    worker.join().expect("the worker ends");
    let refusal = System::new().block_on(fixture.refusal_of(&token));
    assert_eq!(refusal, None);
    assert_eq!(fixture.cognito.jwks_requests(), 2);
}

#[actix_web::test]
async fn rule_2_2_known_keys_never_wait_for_a_fetch() {
    let fixture = start_with_keys().await;
    fixture.clock.advance(seconds(11));
    fixture.cognito.set_fault(Endpoint::Jwks, Some(Fault::Hang));
    let unknown = token_with_unknown_kid(&fixture);
    let waiting = actix_web::rt::spawn({
        let auth = fixture.auth.clone();
        async move { auth.validate_token(&unknown).await.err() }
    });
    eventually("the fetch hangs", || fixture.cognito.jwks_requests() == 2).await;
    for _ in 0..100 {
        let token = long_lived_token(&fixture);
        let refusal = fixture.refusal_of(&token).now_or_never();
        assert_eq!(refusal, Some(None), "ready at the first poll");
    }
    assert!(matches!(waiting.await, Ok(Some(Refusal::Unavailable(_)))));
}
