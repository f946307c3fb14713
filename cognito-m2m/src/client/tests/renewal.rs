use super::*;
use crate::time::Clock as _;

const LIFE: Duration = Duration::from_secs(300);

fn expiry_of(token: &crate::client::AccessToken) -> Duration {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    let payload = token.secret().split('.').nth(1).unwrap();
    let payload = URL_SAFE_NO_PAD.decode(payload).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    Duration::from_secs(claims["exp"].as_u64().unwrap())
}

#[tokio::test]
async fn ten_thousand_calls_over_three_lifetimes_make_four_requests_or_fewer() {
    let setting = set_up();
    let step = LIFE * 3 / 10_000;
    for _ in 0..10_000 {
        let token = setting.tokens.token("widgets/read").await.unwrap();
        assert!(expiry_of(&token) > setting.clock.wall(), "an expired token");
        setting.clock.advance(step);
    }
    let requests = setting.cognito.token_requests();
    assert!((3..=4).contains(&requests), "{requests} requests");
}

#[tokio::test]
async fn old_token_serves_while_the_renewal_is_on_its_way() {
    let setting = set_up();
    let old = setting.tokens.token("widgets/read").await.unwrap();
    setting.tokens.token("widgets/read").await.unwrap();
    setting
        .cognito
        .set_fault(Endpoint::Token, Some(Fault::Hang));
    setting.clock.advance(LIFE.mul_f64(0.86));
    eventually(|| setting.cognito.token_requests() == 2).await;
    let same = setting.tokens.token("widgets/read").await.unwrap();
    assert_eq!(same.secret(), old.secret());
}

#[tokio::test]
async fn renewal_comes_by_itself_between_75_and_85_percent() {
    let setting = set_up();
    let old = setting.tokens.token("widgets/read").await.unwrap();
    setting.tokens.token("widgets/read").await.unwrap();
    setting.clock.advance(LIFE.mul_f64(0.74));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(setting.cognito.token_requests(), 1);

    setting.clock.advance(LIFE.mul_f64(0.12));
    eventually(|| setting.cognito.token_requests() == 2).await;
    // It may take a moment from the count to the token.
    let begin = std::time::Instant::now();
    while setting.tokens.token("widgets/read").await.unwrap().secret() == old.secret() {
        assert!(begin.elapsed() < REAL_TIME, "expected another token");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn without_traffic_nothing_is_renewed() {
    let setting = set_up();
    setting.tokens.token("widgets/read").await.unwrap();
    for _ in 0..10 {
        setting.clock.advance(LIFE / 2);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(setting.cognito.token_requests(), 1);
    setting.tokens.token("widgets/read").await.unwrap();
    assert_eq!(setting.cognito.token_requests(), 2);
}

#[tokio::test]
async fn token_that_was_used_is_renewed_once_and_then_left() {
    let setting = set_up();
    setting.tokens.token("widgets/read").await.unwrap();
    setting.tokens.token("widgets/read").await.unwrap();
    setting.clock.advance(LIFE.mul_f64(0.86));
    eventually(|| setting.cognito.token_requests() == 2).await;
    for _ in 0..20 {
        setting.clock.advance(LIFE / 4);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(setting.cognito.token_requests(), 2);
}

#[tokio::test]
async fn nearly_expired_token_is_not_handed_out() {
    let setting = set_up();
    let old = setting.tokens.token("widgets/read").await.unwrap();
    setting.clock.advance(LIFE.mul_f64(0.91));
    let token = setting.tokens.token("widgets/read").await.unwrap();
    assert_ne!(token.secret(), old.secret());
}

#[tokio::test]
async fn wall_clock_set_back_changes_nothing() {
    let setting = set_up();
    let old = setting.tokens.token("widgets/read").await.unwrap();
    setting.clock.set_wall(Duration::ZERO);
    setting.clock.advance(LIFE);
    let token = setting.tokens.token("widgets/read").await.unwrap();
    assert_ne!(token.secret(), old.secret());
}

#[tokio::test]
async fn failed_renewal_leaves_the_old_token_and_is_tried_again() {
    let life = Duration::from_secs(86_400);
    let setting = set_up_for(life, |builder| builder);
    let old = setting.tokens.token("widgets/read").await.unwrap();
    setting.tokens.token("widgets/read").await.unwrap();
    fail(&setting.cognito, 400, r#"{"error":"invalid_client"}"#);
    setting.clock.advance(life.mul_f64(0.86));
    eventually(|| setting.cognito.token_requests() == 2).await;
    for _ in 0..20 {
        let same = setting.tokens.token("widgets/read").await.unwrap();
        assert_eq!(same.secret(), old.secret());
    }
    assert_eq!(setting.cognito.token_requests(), 2);

    setting.cognito.set_fault(Endpoint::Token, None);
    // The refusal is noted some time after it was counted, and the next try comes a minute later
    // on that clock; the token has three hours left.
    eventually(|| {
        setting.clock.advance(Duration::from_secs(5));
        setting.cognito.token_requests() == 3
    })
    .await;
}

#[tokio::test]
async fn token_without_life_goes_to_those_who_wait_and_is_not_kept() {
    let answer = |token| {
        Answer::json(&format!(
            r#"{{"access_token":"{token}","token_type":"Bearer"}}"#
        ))
    };
    let server = RawServer::start([answer("one"), answer("two")]);
    let tokens = client_of(&server.url("/token")).build().unwrap();
    assert_eq!(tokens.token("a").await.unwrap().secret(), "one");
    assert_eq!(tokens.token("a").await.unwrap().secret(), "two");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn life_beyond_24_hours_counts_as_24() {
    let body = r#"{"access_token":"t","token_type":"Bearer","expires_in":31536000}"#;
    let server = RawServer::start([Answer::json(body)]);
    let clock = TestClock::new();
    let tokens = client_of(&server.url("/token"))
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
async fn invalidated_token_is_replaced_and_no_storm_follows() {
    let setting = set_up();
    let refused = setting.tokens.token("widgets/read").await.unwrap();
    assert!(setting.tokens.invalidate(&refused));
    assert!(!setting.tokens.invalidate(&refused));
    let mut token = setting.tokens.token("widgets/read").await.unwrap();
    assert_ne!(token.secret(), refused.secret());
    assert!(!setting.tokens.invalidate(&refused), "it is another by now");

    for _ in 0..1_000 {
        setting.tokens.invalidate(&token);
        token = setting.tokens.token("widgets/read").await.unwrap();
    }
    assert_eq!(setting.cognito.token_requests(), 2);
    setting.clock.advance(Duration::from_secs(11));
    assert!(setting.tokens.invalidate(&token));
}
