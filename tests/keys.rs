//! `RULES.md` 2: the keys of a user pool, with the local Cognito's counters and a turned clock.

use std::time::Duration;

use cognito_m2m::error::Refusal;
use cognito_m2m::testing::{Endpoint, Fault, LocalCognito, SigningKey, TestClock};
use cognito_m2m::{CognitoAuth, Settings};
use cognito_m2m_tests::eventually;
use futures_util::future::join_all;

mod outages;

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// A local Cognito and an API, on one clock that stands still.
struct Fixture {
    cognito: LocalCognito,
    clock: TestClock,
    auth: CognitoAuth,
}

impl Fixture {
    async fn warm() -> Self {
        let fixture = Self::with(|settings| settings);
        fixture.auth.prefetch().await.expect("keys");
        assert_eq!(fixture.cognito.jwks_requests(), 1);
        fixture
    }

    fn with(change: impl FnOnce(Settings) -> Settings) -> Self {
        let clock = TestClock::new();
        let cognito = LocalCognito::builder().clock(clock.clone()).start();
        let cognito = cognito.expect("a local Cognito");
        let auth = build(change(cognito.settings()), &clock);
        Self {
            cognito,
            clock,
            auth,
        }
    }

    fn token(&self) -> String {
        self.cognito
            .token("reporting")
            .expires_in(seconds(86_000))
            .sign()
    }

    /// 200, or the reason of the refusal.
    async fn judge(&self, token: &str) -> Result<(), &'static str> {
        let judged = self.auth.validate_token(token).await;
        judged.map(|_| ()).map_err(|refusal| refusal.reason())
    }

    async fn turn(&self, step: Duration, requests: u64) {
        self.clock.advance(step);
        eventually("the keys are fetched", || {
            self.cognito.jwks_requests() == requests && !self.is_fetching()
        })
        .await;
    }

    /// A refresh that has ended shows as keys of age 0, or as an error.
    fn is_fetching(&self) -> bool {
        let health = self.auth.health();
        let pool = &health.pools()[0];
        pool.last_error().is_none() && pool.keys_age() != Some(Duration::ZERO)
    }
}

fn build(settings: Settings, clock: &TestClock) -> CognitoAuth {
    let auth = CognitoAuth::builder()
        .settings(settings)
        .clock(clock.clone())
        .build();
    auth.unwrap_or_else(|error| panic!("{error}"))
}

#[actix_web::test]
async fn rule_2_2_a_thousand_first_requests_cause_one_fetch() {
    let fixture = Fixture::with(|settings| settings);
    fixture.cognito.set_fault(
        Endpoint::Jwks,
        Some(Fault::Delay(Duration::from_millis(200))),
    );
    let tokens: Vec<_> = (0..1_000).map(|_| fixture.token()).collect();
    let judged = join_all(tokens.iter().map(|token| fixture.judge(token))).await;
    assert!(judged.iter().all(Result::is_ok));
    assert_eq!(fixture.cognito.jwks_requests(), 1);
}

#[actix_web::test]
async fn rule_2_2_the_starter_of_a_fetch_may_vanish() {
    let fixture = Fixture::warm().await;
    fixture.clock.advance(seconds(11));
    let rotated = SigningKey::generate().expect("a key");
    fixture.cognito.add_jwk(rotated.public_jwk());
    fixture.cognito.set_fault(
        Endpoint::Jwks,
        Some(Fault::Delay(Duration::from_millis(300))),
    );
    let token = fixture
        .cognito
        .token("reporting")
        .signed_by(&rotated)
        .sign();
    let mut starter = Box::pin(fixture.judge(&token));
    assert!(futures_util::poll!(starter.as_mut()).is_pending());
    eventually("a fetch is under way", || {
        fixture.cognito.jwks_requests() == 2
    })
    .await;
    drop(starter);
    assert_eq!(fixture.judge(&token).await, Ok(()));
    assert_eq!(fixture.cognito.jwks_requests(), 2);
}

#[test]
fn rule_2_2_the_starters_worker_may_end() {
    let clock = TestClock::new();
    let cognito = LocalCognito::builder()
        .clock(clock.clone())
        .start()
        .expect("a local Cognito");
    cognito.set_fault(
        Endpoint::Jwks,
        Some(Fault::Delay(Duration::from_millis(300))),
    );
    let auth = build(cognito.settings(), &clock);
    let token = cognito.token("reporting").sign();
    let worker = {
        let (auth, token) = (auth.clone(), token.clone());
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let request = auth.validate_token(&token);
                let _ = actix_web::rt::time::timeout(Duration::from_millis(20), request).await;
            });
        })
    };
    worker.join().expect("the worker ends");
    let judged = actix_web::rt::System::new().block_on(auth.validate_token(&token));
    assert!(judged.is_ok());
    assert_eq!(cognito.jwks_requests(), 1);
}

#[actix_web::test]
async fn rule_2_2_known_keys_never_wait_for_a_fetch() {
    let fixture = Fixture::warm().await;
    fixture.clock.advance(seconds(11));
    fixture.cognito.set_fault(Endpoint::Jwks, Some(Fault::Hang));
    let unknown = fixture.cognito.token("reporting").kid("unknown").sign();
    let flood = actix_web::rt::spawn({
        let auth = fixture.auth.clone();
        async move { auth.validate_token(&unknown).await.err() }
    });
    eventually("the fetch hangs", || fixture.cognito.jwks_requests() == 2).await;
    for _ in 0..100 {
        let token = fixture.token();
        let judged = actix_web::rt::time::timeout(Duration::from_secs(1), fixture.judge(&token));
        assert_eq!(judged.await, Ok(Ok(())), "a good token waits for nobody");
    }
    assert!(matches!(flood.await, Ok(Some(Refusal::Unavailable(_)))));
}

#[actix_web::test]
async fn rule_2_3_keys_are_refreshed_in_the_background_at_80_percent_of_their_life() {
    let fixture = Fixture::warm().await;
    fixture.clock.advance(seconds(224));
    actix_web::rt::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(fixture.cognito.jwks_requests(), 1, "not before 75 %");
    fixture.turn(seconds(16), 2).await;
    fixture.turn(seconds(240), 3).await;
}

#[actix_web::test]
async fn rule_2_3_cache_control_is_honoured_within_a_minute_and_an_hour() {
    for (header, too_early, due) in [
        ("max-age=1", 44, 48),
        ("public, max-age=600", 449, 480),
        ("max-age=86400", 2_699, 2_880),
    ] {
        let clock = TestClock::new();
        let cognito = LocalCognito::builder()
            .clock(clock.clone())
            .start()
            .expect("a local Cognito");
        cognito.set_cache_control(Some(header));
        let auth = build(cognito.settings(), &clock);
        let fixture = Fixture {
            cognito,
            clock,
            auth,
        };
        fixture.auth.prefetch().await.expect("keys");
        fixture.clock.advance(seconds(too_early));
        actix_web::rt::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(
            fixture.cognito.jwks_requests(),
            1,
            "{header}: not before 75 %"
        );
        fixture.turn(seconds(due - too_early), 2).await;
    }
}

#[actix_web::test]
async fn rule_2_3_a_key_that_left_the_set_stops_at_the_next_refresh_for_cached_tokens_too() {
    let fixture = Fixture::warm().await;
    let token = fixture.token();
    assert_eq!(fixture.judge(&token).await, Ok(()));
    assert_eq!(fixture.judge(&token).await, Ok(()), "remembered");
    fixture.cognito.rotate_keys();
    assert_eq!(fixture.judge(&token).await, Ok(()), "until the refresh");
    fixture.turn(seconds(240), 2).await;
    assert_eq!(fixture.judge(&token).await, Err("unknown_kid"));
    assert_eq!(fixture.judge(&fixture.token()).await, Ok(()));
}

#[actix_web::test]
async fn rule_2_3_new_material_under_an_old_kid_replaces_it() {
    let fixture = Fixture::warm().await;
    let token = fixture.token();
    assert_eq!(fixture.judge(&token).await, Ok(()));
    let [kid, _] = fixture.cognito.kids();
    let other = SigningKey::generate().expect("a key");
    let mut jwk = other.public_jwk();
    jwk["kid"] = kid.clone().into();
    fixture.cognito.set_jwks_body(
        serde_json::json!({ "keys": [jwk] }).to_string(),
        "application/json",
    );
    fixture.turn(seconds(240), 2).await;
    assert_eq!(
        fixture.judge(&token).await,
        Err("signature"),
        "remembered no longer"
    );
    let resigned = fixture
        .cognito
        .token("reporting")
        .signed_by(&other)
        .kid(kid)
        .sign();
    assert_eq!(fixture.judge(&resigned).await, Ok(()));
}

#[actix_web::test]
async fn rule_2_4_a_flood_of_random_kids_causes_one_fetch_per_cool_down() {
    let fixture = Fixture::warm().await;
    let good = fixture.token();
    let flood: Vec<_> = (0..300)
        .map(|number| {
            fixture
                .cognito
                .token("reporting")
                .kid(format!("random-{number}"))
                .sign()
        })
        .collect();
    for round in 1..=3 {
        let judged = join_all(flood.iter().map(|token| fixture.judge(token))).await;
        assert!(judged.iter().all(|judged| *judged == Err("unknown_kid")));
        assert_eq!(
            fixture.cognito.jwks_requests(),
            round,
            "one fetch per cool-down"
        );
        assert_eq!(
            fixture.judge(&good).await,
            Ok(()),
            "good tokens are untouched"
        );
        fixture.clock.advance(seconds(10));
    }
}

#[actix_web::test]
async fn rule_2_4_a_real_rotation_is_accepted_within_the_cool_down() {
    let fixture = Fixture::warm().await;
    let unknown = fixture.cognito.token("reporting").kid("unknown").sign();
    fixture.clock.advance(seconds(10));
    assert_eq!(fixture.judge(&unknown).await, Err("unknown_kid"));
    fixture.cognito.rotate_keys();
    let rotated = fixture.token();
    assert_eq!(
        fixture.judge(&rotated).await,
        Err("unknown_kid"),
        "within the cool-down"
    );
    fixture.clock.advance(seconds(10));
    assert_eq!(fixture.judge(&rotated).await, Ok(()));
    assert_eq!(fixture.cognito.jwks_requests(), 3);
}

#[actix_web::test]
async fn rule_2_4_failed_attempts_count_for_the_cool_down() {
    let fixture = Fixture::warm().await;
    fixture.clock.advance(seconds(10));
    fixture
        .cognito
        .set_fault(Endpoint::Jwks, Some(Fault::Status(500, None, None)));
    let unknown = fixture.cognito.token("reporting").kid("unknown").sign();
    for _ in 0..50 {
        assert_eq!(fixture.judge(&unknown).await, Err("keys_unavailable"));
    }
    assert_eq!(fixture.cognito.jwks_requests(), 2);
    assert_eq!(fixture.judge(&fixture.token()).await, Ok(()));
}

#[actix_web::test]
async fn rule_2_4_a_bad_signature_never_causes_a_fetch() {
    let fixture = Fixture::warm().await;
    fixture.clock.advance(seconds(60));
    let attacker = SigningKey::generate().expect("a key");
    let [kid, _] = fixture.cognito.kids();
    let forged = fixture
        .cognito
        .token("reporting")
        .signed_by(&attacker)
        .kid(kid)
        .sign();
    for _ in 0..20 {
        assert_eq!(fixture.judge(&forged).await, Err("signature"));
    }
    assert_eq!(fixture.cognito.jwks_requests(), 1);
}

#[actix_web::test]
async fn rule_2_4_an_unknown_issuer_never_causes_a_fetch() {
    let fixture = Fixture::warm().await;
    fixture.clock.advance(seconds(60));
    let foreign = fixture
        .cognito
        .token("reporting")
        .kid("unknown")
        .claim("iss", "https://evil.example")
        .sign();
    assert_eq!(fixture.judge(&foreign).await, Err("iss"));
    assert_eq!(fixture.cognito.jwks_requests(), 1);
}
