//! The cache of verified tokens (section 3 of `tests/RULES.md`).

use std::time::Duration;

use cognito_m2m_tests::AuthFixture;

/// Validates a token and returns the address of the principal's claims. A cached token has its
/// claims at the same address each time.
async fn address_of_claims(fixture: &AuthFixture, token: &str) -> usize {
    let principal = fixture.validate(token).await;
    let principal = principal.expect("the token is accepted");
    std::ptr::from_ref(principal.claims()).addr()
}

#[actix_web::test]
async fn rule_3_verified_token_is_not_verified_again() {
    let fixture = AuthFixture::start().await;
    let token = fixture.token().sign();
    let first = fixture.validate(&token).await;
    let first = first.expect("the token is accepted");
    assert_eq!(
        address_of_claims(&fixture, &token).await,
        std::ptr::from_ref(first.claims()).addr()
    );
}

#[actix_web::test]
async fn rule_3_token_that_differs_in_one_byte_from_a_cached_one_is_refused() {
    let fixture = AuthFixture::start().await;
    let token = fixture.token().sign();
    assert_eq!(fixture.refusal_of(&token).await, None);
    for position in 0..token.len() {
        let mut other = token.clone().into_bytes();
        other[position] = if other[position] == b'A' { b'B' } else { b'A' };
        let other = String::from_utf8(other).expect("ASCII");
        assert!(
            fixture.refusal_of(&other).await.is_some(),
            "byte {position}"
        );
    }
    let shorter = &token[..token.len() - 1];
    assert!(fixture.refusal_of(shorter).await.is_some());
}

#[actix_web::test]
async fn rule_3_cached_token_expires_with_its_exp() {
    let fixture = AuthFixture::start().await;
    let token = fixture.token().expires_in(Duration::from_secs(100)).sign();
    assert_eq!(fixture.refusal_of(&token).await, None);
    fixture.clock.advance(Duration::from_secs(158));
    assert_eq!(
        fixture.refusal_of(&token).await,
        None,
        "within the leeway of 60 s"
    );
    fixture.clock.advance(Duration::from_secs(2));
    assert_eq!(fixture.refusal_of(&token).await, Some("expired"));
}

#[actix_web::test]
async fn rule_3_number_of_cached_tokens_is_bounded_and_recently_used_ones_stay() {
    let fixture = AuthFixture::with_settings(|settings| settings.token_cache_entries(8)).await;
    let used = fixture.token().sign();
    // Both principals are kept until the end, so that no address is used twice.
    let first_of_used = fixture.validate(&used).await;
    let first_of_used = first_of_used.expect("the token is accepted");
    let unused = fixture.cognito.token("unused").sign();
    let first_of_unused = fixture.validate(&unused).await;
    let first_of_unused = first_of_unused.expect("the token is accepted");
    for number in 0..40 {
        let other = fixture.cognito.token(&format!("client-{number}")).sign();
        assert_eq!(fixture.refusal_of(&other).await, None);
        assert_eq!(
            address_of_claims(&fixture, &used).await,
            std::ptr::from_ref(first_of_used.claims()).addr(),
            "a token in use stays cached"
        );
    }
    assert_ne!(
        address_of_claims(&fixture, &unused).await,
        std::ptr::from_ref(first_of_unused.claims()).addr(),
        "an unused token is evicted"
    );
}

#[actix_web::test]
async fn rule_3_refused_tokens_are_not_cached() {
    let fixture = AuthFixture::start().await;
    let early = fixture.token().claim("nbf", fixture.now() + 100).sign();
    assert!(fixture.refusal_of(&early).await.is_some());
    fixture.clock.advance(Duration::from_secs(60));
    assert_eq!(
        fixture.refusal_of(&early).await,
        None,
        "the token is validated again"
    );
}

#[actix_web::test]
async fn cache_of_0_entries_is_off() {
    let fixture = AuthFixture::with_settings(|settings| settings.token_cache_entries(0)).await;
    let token = fixture.token().sign();
    let first = fixture.validate(&token).await;
    let first = first.expect("the token is accepted");
    assert_ne!(
        address_of_claims(&fixture, &token).await,
        std::ptr::from_ref(first.claims()).addr()
    );
}
