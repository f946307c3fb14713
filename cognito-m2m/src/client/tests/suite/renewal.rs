use super::*;
use crate::time::Clock as _;

const LIFETIME: Duration = Duration::from_secs(300);

fn expiry_of(token: &crate::client::AccessToken) -> Duration {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    let payload = token.secret().split('.').nth(1).unwrap();
    let payload = URL_SAFE_NO_PAD.decode(payload).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    Duration::from_secs(claims["exp"].as_u64().unwrap())
}

#[tokio::test]
async fn ten_thousand_calls_over_three_lifetimes_make_at_most_four_requests() {
    let fixture = set_up();
    let step = LIFETIME * 3 / 10_000;
    for _ in 0..10_000 {
        let token = fixture.tokens.token("widgets/read").await.unwrap();
        assert!(
            expiry_of(&token) > fixture.clock.wall(),
            "the token has expired"
        );
        fixture.clock.advance(step);
    }
    let requests = fixture.cognito.token_requests();
    assert!((3..=4).contains(&requests), "{requests} requests");
}

#[tokio::test]
async fn old_token_is_returned_during_the_renewal() {
    let fixture = set_up();
    let old = fixture.tokens.token("widgets/read").await.unwrap();
    fixture.tokens.token("widgets/read").await.unwrap();
    fixture
        .cognito
        .set_fault(Endpoint::Token, Some(Fault::Hang));
    fixture.clock.advance(LIFETIME.mul_f64(0.86));
    wait_until(|| fixture.cognito.token_requests() == 2).await;
    let same = fixture.tokens.token("widgets/read").await.unwrap();
    assert_eq!(same.secret(), old.secret());
}

#[tokio::test]
async fn token_is_renewed_in_the_background_at_75_to_85_percent() {
    let fixture = set_up();
    let old = fixture.tokens.token("widgets/read").await.unwrap();
    fixture.tokens.token("widgets/read").await.unwrap();
    fixture.clock.advance(LIFETIME.mul_f64(0.74));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(fixture.cognito.token_requests(), 1);

    fixture.clock.advance(LIFETIME.mul_f64(0.12));
    wait_until(|| fixture.cognito.token_requests() == 2).await;
    // The request is counted a moment before its token is cached.
    let begin = std::time::Instant::now();
    while fixture.tokens.token("widgets/read").await.unwrap().secret() == old.secret() {
        assert!(begin.elapsed() < TEST_TIMEOUT, "the token was not renewed");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn unused_token_is_not_renewed() {
    let fixture = set_up();
    fixture.tokens.token("widgets/read").await.unwrap();
    for _ in 0..10 {
        fixture.clock.advance(LIFETIME / 2);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(fixture.cognito.token_requests(), 1);
    fixture.tokens.token("widgets/read").await.unwrap();
    assert_eq!(fixture.cognito.token_requests(), 2);
}

#[tokio::test]
async fn token_without_further_use_is_renewed_only_once() {
    let fixture = set_up();
    fixture.tokens.token("widgets/read").await.unwrap();
    fixture.tokens.token("widgets/read").await.unwrap();
    fixture.clock.advance(LIFETIME.mul_f64(0.86));
    wait_until(|| fixture.cognito.token_requests() == 2).await;
    for _ in 0..20 {
        fixture.clock.advance(LIFETIME / 4);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(fixture.cognito.token_requests(), 2);
}

#[tokio::test]
async fn nearly_expired_token_is_not_returned() {
    let fixture = set_up();
    let old = fixture.tokens.token("widgets/read").await.unwrap();
    fixture.clock.advance(LIFETIME.mul_f64(0.91));
    let token = fixture.tokens.token("widgets/read").await.unwrap();
    assert_ne!(token.secret(), old.secret());
}

#[tokio::test]
async fn setting_the_wall_clock_back_does_not_prolong_a_token() {
    let fixture = set_up();
    let old = fixture.tokens.token("widgets/read").await.unwrap();
    fixture.clock.set_wall(Duration::ZERO);
    fixture.clock.advance(LIFETIME);
    let token = fixture.tokens.token("widgets/read").await.unwrap();
    assert_ne!(token.secret(), old.secret());
}

#[tokio::test]
async fn failed_renewal_keeps_the_old_token_and_is_retried() {
    let lifetime = Duration::from_secs(86_400);
    let fixture = set_up_for(lifetime, |builder| builder);
    let old = fixture.tokens.token("widgets/read").await.unwrap();
    fixture.tokens.token("widgets/read").await.unwrap();
    fail_with(&fixture.cognito, 400, r#"{"error":"invalid_client"}"#);
    fixture.clock.advance(lifetime.mul_f64(0.86));
    wait_until(|| fixture.cognito.token_requests() == 2).await;
    for _ in 0..20 {
        let same = fixture.tokens.token("widgets/read").await.unwrap();
        assert_eq!(same.secret(), old.secret());
    }
    assert_eq!(fixture.cognito.token_requests(), 2);

    fixture.cognito.set_fault(Endpoint::Token, None);
    // The refusal is stored a moment after it was counted. The next attempt comes a minute later on
    // the test's clock, when the token has three hours left.
    wait_until(|| {
        fixture.clock.advance(Duration::from_secs(5));
        fixture.cognito.token_requests() == 3
    })
    .await;
}

#[tokio::test]
async fn token_without_expires_in_is_returned_but_not_cached() {
    let reply = |token| {
        Reply::json(&format!(
            r#"{{"access_token":"{token}","token_type":"Bearer"}}"#
        ))
    };
    let server = token_server([reply("one"), reply("two")]);
    let tokens = client_builder(&server.url("/token")).build().unwrap();
    assert_eq!(tokens.token("a").await.unwrap().secret(), "one");
    assert_eq!(tokens.token("a").await.unwrap().secret(), "two");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn lifetime_is_capped_at_24_hours() {
    let body = r#"{"access_token":"t","token_type":"Bearer","expires_in":31536000}"#;
    let server = token_server([Reply::json(body)]);
    let clock = TestClock::new();
    let tokens = client_builder(&server.url("/token"))
        .clock(clock.clone())
        .build()
        .unwrap();
    let token = tokens.token("a").await.unwrap();
    assert_eq!(token.lifetime(), Some(Duration::from_secs(86_400)));
    clock.advance(Duration::from_secs(86_400));
    tokens.token("a").await.unwrap();
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn invalidated_token_is_replaced_and_invalidations_are_limited() {
    let fixture = set_up();
    let refused = fixture.tokens.token("widgets/read").await.unwrap();
    assert!(fixture.tokens.invalidate(&refused));
    assert!(!fixture.tokens.invalidate(&refused));
    let mut token = fixture.tokens.token("widgets/read").await.unwrap();
    assert_ne!(token.secret(), refused.secret());
    assert!(
        !fixture.tokens.invalidate(&refused),
        "the token was already replaced"
    );

    for _ in 0..1_000 {
        fixture.tokens.invalidate(&token);
        token = fixture.tokens.token("widgets/read").await.unwrap();
    }
    assert_eq!(fixture.cognito.token_requests(), 2);
    fixture.clock.advance(Duration::from_secs(11));
    assert!(fixture.tokens.invalidate(&token));
}
