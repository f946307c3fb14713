use std::time::UNIX_EPOCH;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::*;
use crate::client::{AccessToken, ExpiredOnArrival, InvalidTokenResponse};
use crate::time::Clock as _;

const SECOND: Duration = Duration::from_secs(1);

/// Creates a JWT with this `exp`. Its signature is not valid, which the client does not check.
fn jwt(exp: Duration) -> String {
    let claims = json!({ "exp": exp.as_secs_f64() }).to_string();
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
}

/// Creates a response with a token, and with `expires_in` if there is one.
fn response(headers: &str, token: &str, expires_in: Option<u64>) -> Reply {
    let mut body = json!({"access_token": token, "token_type": "Bearer"});
    if let Some(expires_in) = expires_in {
        body["expires_in"] = json!(expires_in);
    }
    Reply::new(200, headers, &body.to_string())
}

/// Creates responses whose tokens expire this long after they were sent.
fn expiring_in(clock: &TestClock, life: Duration) -> Reply {
    let clock = clock.clone();
    Reply::made(move || response("", &jwt(clock.wall() + life), Some(3_600)))
}

/// Creates responses whose tokens expired a second before they were sent.
fn expired(clock: &TestClock) -> Reply {
    let clock = clock.clone();
    Reply::made(move || response("", &jwt(clock.wall() - SECOND), Some(3_600)))
}

fn set_up_raw(
    replies: impl FnOnce(&TestClock) -> Vec<Reply>,
) -> (RawServer, TestClock, TokenClient) {
    let clock = TestClock::new();
    let server = token_server(replies(&clock));
    let tokens = client_builder(&server.url("/token")).clock(clock.clone());
    (server, clock, tokens.build().unwrap())
}

fn expired_token(error: &TokenClientError) -> ExpiredOnArrival {
    match error {
        TokenClientError::InvalidResponse(InvalidTokenResponse::ExpiredOnArrival(token)) => *token,
        other => panic!("not an expired token: {other:?}"),
    }
}

fn lifetime(token: &AccessToken) -> Duration {
    token.lifetime().unwrap()
}

#[tokio::test]
async fn token_from_a_cache_is_not_returned_after_its_exp() {
    let (server, clock, tokens) = set_up_raw(|clock| {
        let clock = clock.clone();
        vec![Reply::made(move || {
            let exp = clock.wall() + SECOND * 2;
            response("age: 3590\r\n", &jwt(exp), Some(3_600))
        })]
    });
    let old = tokens.token("a").await.unwrap();
    assert!(lifetime(&old) < SECOND * 3);
    clock.advance(SECOND);
    assert_eq!(tokens.token("a").await.unwrap().secret(), old.secret());
    clock.advance(SECOND * 3);
    assert_ne!(tokens.token("a").await.unwrap().secret(), old.secret());
    assert!(server.requests() >= 2);
}

#[tokio::test]
async fn age_shortens_the_life_of_an_opaque_token() {
    let (server, clock, tokens) =
        set_up_raw(|_| vec![response("age: 3590\r\n", "opaque", Some(3_600))]);
    assert_eq!(lifetime(&tokens.token("a").await.unwrap()), SECOND * 10);
    clock.advance(SECOND * 5);
    tokens.token("a").await.unwrap();
    assert_eq!(server.requests(), 1);
    clock.advance(SECOND * 4);
    tokens.token("a").await.unwrap();
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn invalid_age_is_ignored() {
    for age in [
        "age: soon\r\n",
        "age: -5\r\n",
        "age:\r\n",
        "age: 0, 3590\r\n",
    ] {
        let (_server, _, tokens) = set_up_raw(|_| vec![response(age, "opaque", Some(3_600))]);
        let token = tokens.token("a").await.unwrap();
        assert_eq!(lifetime(&token), SECOND * 3_600, "{age}");
    }
}

#[tokio::test]
async fn exp_shortens_the_life_of_a_token_without_age() {
    let (server, clock, tokens) = set_up_raw(|clock| vec![expiring_in(clock, SECOND * 60)]);
    tokens.token("a").await.unwrap();
    clock.advance(SECOND * 40);
    tokens.token("a").await.unwrap();
    assert_eq!(server.requests(), 1);
    clock.advance(SECOND * 20);
    tokens.token("a").await.unwrap();
    assert!(server.requests() >= 2);
}

#[tokio::test]
async fn token_without_expires_in_is_cached_until_its_exp() {
    let (server, clock, tokens) = set_up_raw(|clock| {
        let clock = clock.clone();
        vec![Reply::made(move || {
            response("", &jwt(clock.wall() + SECOND * 300), None)
        })]
    });
    let token = tokens.token("a").await.unwrap();
    assert!(lifetime(&token) < SECOND * 301);
    for _ in 0..10 {
        tokens.token("a").await.unwrap();
        clock.advance(SECOND * 20);
    }
    assert_eq!(server.requests(), 1);
    clock.advance(SECOND * 75);
    let renewed = tokens.token("a").await.unwrap();
    assert_ne!(renewed.secret(), token.secret());
}

#[tokio::test]
async fn token_that_has_expired_on_arrival_is_a_temporary_failure() {
    let (server, clock, tokens) =
        set_up_raw(|clock| vec![expired(clock), expiring_in(clock, SECOND * 300)]);
    let error = tokens.token("a").await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    assert!(expired_token(&error).exp().unwrap() < clock.wall());
    for _ in 0..100 {
        tokens.token("a").await.unwrap_err();
    }
    assert_eq!(server.requests(), 1);
    // It concerns that scope set alone.
    tokens.token("b").await.unwrap();
    clock.advance(SECOND);
    tokens.token("a").await.unwrap();
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn requests_for_tokens_that_arrive_expired_are_1_to_60_seconds_apart() {
    let (server, clock, tokens) = set_up_raw(|clock| vec![expired(clock)]);
    let mut requested_at = Vec::new();
    for second in 0..=200 {
        let before = server.requests();
        tokens.token("a").await.unwrap_err();
        if server.requests() > before {
            requested_at.push(second);
        }
        clock.advance(SECOND);
    }
    assert_eq!(requested_at, [0, 1, 3, 7, 15, 31, 63, 123, 183]);
}

#[tokio::test]
async fn response_that_is_older_than_its_token_has_expired_on_arrival() {
    let (server, _, tokens) =
        set_up_raw(|_| vec![response("age: 3600\r\n", "opaque", Some(3_600))]);
    let error = tokens.token("a").await.unwrap_err();
    assert!(error.is_transient());
    assert_eq!(expired_token(&error).exp(), None);
    let text = error.to_string();
    assert!(text.contains("`expires_in` is 3600 s"), "{text}");
    assert!(text.contains("`Age` of the response is 3600 s"), "{text}");
    let error = tokens.fetch_token("a").await.unwrap_err();
    expired_token(&error);
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn error_for_an_expired_token_names_the_times_and_a_clock_that_is_ahead() {
    let http_date = |time: Duration| httpdate::fmt_http_date(UNIX_EPOCH + time);
    for (behind, age, is_ahead) in [
        (SECOND * 7_200, Duration::ZERO, true),
        (SECOND * 7_200, SECOND * 7_200, false),
        (SECOND * 30, Duration::ZERO, false),
    ] {
        let (_server, clock, tokens) = set_up_raw(|clock| {
            let now = clock.wall();
            let headers = format!(
                "date: {}\r\nage: {}\r\n",
                http_date(now - behind),
                age.as_secs()
            );
            vec![response(&headers, &jwt(now - SECOND * 600), Some(3_600))]
        });
        let error = tokens.token("a").await.unwrap_err();
        let now = clock.wall();
        let token = expired_token(&error);
        assert_eq!(token.clock(), now);
        assert_eq!(token.date().unwrap().as_secs(), (now - behind).as_secs());
        assert_eq!(token.clock_ahead().is_some(), is_ahead);
        let text = error.to_string();
        for time in [now - SECOND * 600, now, now - behind] {
            assert!(text.contains(&http_date(time)), "{text}");
        }
        assert_eq!(
            text.contains("this machine's clock is ahead"),
            is_ahead,
            "{text}"
        );
    }
}

#[tokio::test]
async fn older_token_is_returned_while_new_ones_arrive_expired() {
    let (server, clock, tokens) =
        set_up_raw(|clock| vec![expiring_in(clock, SECOND * 300), expired(clock)]);
    let old = tokens.token("a").await.unwrap();
    tokens.token("a").await.unwrap();
    clock.advance(SECOND * 258);
    wait_until(|| server.requests() >= 2).await;
    for _ in 0..10 {
        clock.advance(SECOND);
        assert_eq!(tokens.token("a").await.unwrap().secret(), old.secret());
    }
    clock.advance(SECOND * 5);
    // The renewal fails because of the token, or of its deadline, as the clock has advanced.
    tokens.token("a").await.unwrap_err();
}

#[tokio::test]
async fn renewal_obeys_the_refusal_of_a_call_after_expiry() {
    let times = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let (_server, clock, tokens) = set_up_raw(|clock| {
        let (clock, times) = (clock.clone(), std::sync::Arc::clone(&times));
        let refusal = Reply::made(move || {
            times.lock().unwrap().push(clock.monotonic());
            Reply::new(400, "", r#"{"error":"unauthorized_client"}"#)
        });
        vec![Reply::token("t"), refusal]
    });
    tokens.token("a").await.unwrap();
    tokens.token("a").await.unwrap();
    clock.advance(SECOND * 240);
    for _ in 0..80 {
        let _ = tokens.token("a").await;
        tokio::time::sleep(Duration::from_millis(10)).await;
        clock.advance(SECOND);
    }
    let times = times.lock().unwrap();
    assert!(times.len() >= 5, "{times:?}");
    for pair in times.windows(2) {
        assert!(pair[1] - pair[0] >= SECOND * 10, "{times:?}");
    }
}

#[tokio::test]
async fn older_token_is_returned_while_a_cache_sends_one_with_a_shorter_life() {
    let (server, clock, tokens) = set_up_raw(|clock| {
        let long = expiring_in(clock, SECOND * 300);
        let short = expiring_in(clock, SECOND * 2);
        vec![long.clone(), short, expired(clock), long]
    });
    let old = tokens.token("a").await.unwrap();
    tokens.token("a").await.unwrap();
    clock.advance(SECOND * 256);
    for requests in 2..=3 {
        wait_until(|| server.requests() == requests && clock.sleepers() == 1).await;
        assert_eq!(tokens.token("a").await.unwrap().secret(), old.secret());
        clock.advance(SECOND * 4);
    }
    // The last renewal succeeds.
    wait_until(|| server.requests() == 4 && clock.sleepers() == 1).await;
    assert_ne!(tokens.token("a").await.unwrap().secret(), old.secret());
}

#[tokio::test]
async fn token_with_a_short_life_is_requested_at_most_once_a_second() {
    for life in [SECOND / 10, SECOND / 2, SECOND, SECOND * 2] {
        let (server, clock, tokens) = set_up_raw(|clock| vec![expiring_in(clock, life)]);
        let begin = clock.monotonic();
        for _ in 0..40 {
            // The token may expire on its way, since the clock advances during the request.
            let _ = advancing_clock(&clock, tokens.token("a")).await;
            clock.advance(SECOND / 8);
        }
        let seconds = (clock.monotonic() - begin).as_secs_f64();
        let requests = server.requests();
        assert!(
            requests as f64 <= seconds + 1.0,
            "{requests} in {seconds} s"
        );
        assert!(requests >= 2);
    }
}

#[tokio::test]
async fn token_that_a_cache_sends_again_can_be_invalidated() {
    let (_server, clock, tokens) = set_up_raw(|_| vec![Reply::token("t")]);
    let first = tokens.token("a").await.unwrap();
    clock.advance(SECOND * 280);
    tokens.token("a").await.unwrap();
    assert!(tokens.invalidate(&first));
}
