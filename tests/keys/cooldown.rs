//! Rule 2.4: tokens that no key verifies cause at most one fetch per cool-down.

use super::*;

#[actix_web::test]
async fn rule_2_4_flood_of_random_kids_causes_one_fetch_per_cooldown() {
    let fixture = start_with_keys().await;
    let valid = long_lived_token(&fixture);
    let flood: Vec<_> = (0..300)
        .map(|number| fixture.token().kid(format!("random-{number}")).sign())
        .collect();
    for requests in 1..=3 {
        let refusals = join_all(flood.iter().map(|token| fixture.refusal_of(token))).await;
        let is_unknown = |refusal: &Option<_>| *refusal == Some("unknown_kid");
        assert!(refusals.iter().all(is_unknown));
        assert_eq!(fixture.cognito.jwks_requests(), requests);
        assert_eq!(
            fixture.refusal_of(&valid).await,
            None,
            "valid tokens are accepted during the flood"
        );
        fixture.clock.advance(seconds(10));
    }
}

#[actix_web::test]
async fn rule_2_4_rotated_key_is_accepted_after_the_cooldown() {
    let fixture = start_with_keys().await;
    let unknown = token_with_unknown_kid(&fixture);
    fixture.clock.advance(seconds(10));
    assert_eq!(fixture.refusal_of(&unknown).await, Some("unknown_kid"));
    fixture.cognito.rotate_keys();
    let rotated = long_lived_token(&fixture);
    assert_eq!(
        fixture.refusal_of(&rotated).await,
        Some("unknown_kid"),
        "within the cool-down"
    );
    fixture.clock.advance(seconds(10));
    assert_eq!(fixture.refusal_of(&rotated).await, None);
    assert_eq!(fixture.cognito.jwks_requests(), 3);
}

#[actix_web::test]
async fn rule_2_4_failed_fetch_starts_a_cooldown() {
    let fixture = start_with_keys().await;
    fixture.clock.advance(seconds(10));
    fixture
        .cognito
        .set_fault(Endpoint::Jwks, Some(Fault::Status(500, None, None)));
    let unknown = token_with_unknown_kid(&fixture);
    for _ in 0..50 {
        assert_eq!(fixture.refusal_of(&unknown).await, Some("keys_unavailable"));
    }
    assert_eq!(fixture.cognito.jwks_requests(), 2);
    let valid = long_lived_token(&fixture);
    assert_eq!(fixture.refusal_of(&valid).await, None);
}

#[actix_web::test]
async fn rule_2_4_invalid_signature_never_causes_a_fetch() {
    let fixture = start_with_keys().await;
    fixture.clock.advance(seconds(60));
    let attacker = SigningKey::generate().expect("a key");
    let forged = fixture.forged_token(&attacker).sign();
    for _ in 0..20 {
        assert_eq!(fixture.refusal_of(&forged).await, Some("signature"));
    }
    assert_eq!(fixture.cognito.jwks_requests(), 1);
}

#[actix_web::test]
async fn rule_2_4_unknown_issuer_never_causes_a_fetch() {
    let fixture = start_with_keys().await;
    fixture.clock.advance(seconds(60));
    let foreign = fixture
        .token()
        .kid("unknown")
        .claim("iss", "https://evil.example")
        .sign();
    assert_eq!(fixture.refusal_of(&foreign).await, Some("iss"));
    assert_eq!(fixture.cognito.jwks_requests(), 1);
}
