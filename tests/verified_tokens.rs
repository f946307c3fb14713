//! `RULES.md` 3: a token that has been verified is not verified again.

use std::time::Duration;

use cognito_m2m::testing::{LocalCognito, TestClock};
use cognito_m2m::{CognitoAuth, Settings};

struct Fixture {
    cognito: LocalCognito,
    clock: TestClock,
    auth: CognitoAuth,
}

impl Fixture {
    async fn with(change: impl FnOnce(Settings) -> Settings) -> Self {
        let clock = TestClock::new();
        let cognito = LocalCognito::builder()
            .clock(clock.clone())
            .start()
            .expect("a local Cognito");
        let auth = CognitoAuth::builder()
            .settings(change(cognito.settings()))
            .clock(clock.clone());
        let auth = auth.build().unwrap_or_else(|error| panic!("{error}"));
        auth.prefetch().await.expect("keys");
        Self {
            cognito,
            clock,
            auth,
        }
    }

    /// Where the claims of a principal live: the same place means that nothing was verified anew.
    async fn claims_at(&self, token: &str) -> usize {
        let principal = self.auth.validate_token(token).await.expect("a good token");
        std::ptr::from_ref(principal.claims()).addr()
    }
}

#[actix_web::test]
async fn rule_3_a_verified_token_is_not_verified_again() {
    let fixture = Fixture::with(|settings| settings).await;
    let token = fixture.cognito.token("reporting").sign();
    let first = fixture
        .auth
        .validate_token(&token)
        .await
        .expect("a good token");
    assert_eq!(
        fixture.claims_at(&token).await,
        std::ptr::from_ref(first.claims()).addr()
    );
}

#[actix_web::test]
async fn rule_3_another_token_is_never_taken_for_it() {
    let fixture = Fixture::with(|settings| settings).await;
    let token = fixture.cognito.token("reporting").sign();
    fixture
        .auth
        .validate_token(&token)
        .await
        .expect("a good token");
    for position in 0..token.len() {
        let mut other = token.clone().into_bytes();
        other[position] = if other[position] == b'A' { b'B' } else { b'A' };
        let other = String::from_utf8(other).expect("ASCII");
        assert!(
            fixture.auth.validate_token(&other).await.is_err(),
            "byte {position}"
        );
    }
    assert!(
        fixture
            .auth
            .validate_token(&token[..token.len() - 1])
            .await
            .is_err()
    );
}

#[actix_web::test]
async fn rule_3_an_entry_ends_with_exp() {
    let fixture = Fixture::with(|settings| settings).await;
    let token = fixture
        .cognito
        .token("reporting")
        .expires_in(Duration::from_secs(100))
        .sign();
    fixture
        .auth
        .validate_token(&token)
        .await
        .expect("a good token");
    fixture.clock.advance(Duration::from_secs(158));
    fixture
        .auth
        .validate_token(&token)
        .await
        .expect("within the leeway");
    fixture.clock.advance(Duration::from_secs(2));
    let refusal = fixture
        .auth
        .validate_token(&token)
        .await
        .expect_err("expired");
    assert_eq!(refusal.reason(), "expired");
}

#[actix_web::test]
async fn rule_3_the_number_of_entries_is_bounded_and_what_is_used_stays() {
    let fixture = Fixture::with(|settings| settings.token_cache_entries(8)).await;
    let used = fixture.cognito.token("reporting").sign();
    let at = fixture
        .auth
        .validate_token(&used)
        .await
        .expect("a good token");
    let seldom = fixture.cognito.token("seldom").sign();
    let seldom_first = fixture
        .auth
        .validate_token(&seldom)
        .await
        .expect("a good token");
    for number in 0..40 {
        let other = fixture.cognito.token(&format!("client-{number}")).sign();
        fixture
            .auth
            .validate_token(&other)
            .await
            .expect("a good token");
        let again = fixture.claims_at(&used).await;
        assert_eq!(
            again,
            std::ptr::from_ref(at.claims()).addr(),
            "used and kept"
        );
    }
    let seldom_again = fixture.claims_at(&seldom).await;
    assert_ne!(
        seldom_again,
        std::ptr::from_ref(seldom_first.claims()).addr(),
        "pushed out"
    );
}

#[actix_web::test]
async fn rule_3_refused_tokens_are_not_kept() {
    let fixture = Fixture::with(|settings| settings).await;
    let soon = fixture
        .cognito
        .token("reporting")
        .claim("nbf", fixture_now(&fixture) + 100)
        .sign();
    assert!(fixture.auth.validate_token(&soon).await.is_err());
    fixture.clock.advance(Duration::from_secs(60));
    assert!(
        fixture.auth.validate_token(&soon).await.is_ok(),
        "judged anew"
    );
}

fn fixture_now(fixture: &Fixture) -> u64 {
    use cognito_m2m::time::Clock;
    fixture.clock.wall().as_secs()
}

#[actix_web::test]
async fn the_cache_can_be_switched_off() {
    let fixture = Fixture::with(|settings| settings.token_cache_entries(0)).await;
    let token = fixture.cognito.token("reporting").sign();
    let first = fixture
        .auth
        .validate_token(&token)
        .await
        .expect("a good token");
    assert_ne!(
        fixture.claims_at(&token).await,
        std::ptr::from_ref(first.claims()).addr()
    );
}
