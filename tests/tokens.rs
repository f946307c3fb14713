//! The rules for a token (section 1 of `tests/RULES.md`), through the built-in validator.

use std::time::Duration;

use cognito_m2m::testing::{Algorithm, EncodingKey, SigningKey};
use cognito_m2m_tests::AuthFixture;

mod claims;
mod identity;

#[actix_web::test]
async fn rule_1_2_token_has_at_most_32_kib() {
    let fixture = AuthFixture::start().await;
    let largest_scopes: Vec<_> = (0..50).map(|n| format!("{n:0>256}")).collect();
    let largest = fixture.token().scopes(&largest_scopes).sign();
    assert_eq!(
        fixture.refusal_of(&largest).await,
        None,
        "the largest token of Cognito"
    );
    assert_eq!(
        fixture.refusal_with_claim("pad", "x".repeat(40_000)).await,
        Some("too_long")
    );
}

#[actix_web::test]
async fn rule_1_2_token_of_five_parts_is_refused() {
    let fixture = AuthFixture::start().await;
    assert_eq!(fixture.refusal_of("a.b.c.d.e").await, Some("encrypted"));
}

#[actix_web::test]
async fn rule_1_3_duplicate_members_are_refused() {
    let fixture = AuthFixture::start().await;
    for payload in [
        r#"{"client_id":"a","client_id":"b"}"#,
        r#"{"client_id":"a","\u0063lient_id":"b"}"#,
    ] {
        let token = fixture.token().raw_payload(payload).sign();
        assert_eq!(
            fixture.refusal_of(&token).await,
            Some("duplicate_member"),
            "{payload}"
        );
    }
}

#[actix_web::test]
async fn rule_1_4_alg_other_than_rs256_is_refused() {
    let fixture = AuthFixture::start().await;
    let key = fixture.cognito.signing_key().encoding_key();
    let secret = EncodingKey::from_secret(b"secret");
    for token in [
        fixture.token().unsigned(),
        fixture.token().signed_with(Algorithm::RS512, key),
        fixture.token().signed_with(Algorithm::HS256, secret),
    ] {
        assert_eq!(fixture.refusal_of(&token.sign()).await, Some("alg"));
    }
}

#[actix_web::test]
async fn rule_1_4_keys_in_the_header_are_never_used() {
    let fixture = AuthFixture::start().await;
    let attacker = SigningKey::generate().expect("a key");
    let forged = fixture
        .forged_token(&attacker)
        .header("jwk", attacker.public_jwk())
        .sign();
    assert_eq!(fixture.refusal_of(&forged).await, Some("signature"));
    let harmless = fixture.token().header("jwk", attacker.public_jwk()).sign();
    assert_eq!(fixture.refusal_of(&harmless).await, None);
}

#[actix_web::test]
async fn rule_1_5_signature_is_verified_before_the_claims() {
    let fixture = AuthFixture::start().await;
    let attacker = SigningKey::generate().expect("a key");
    let forged = fixture
        .forged_token(&attacker)
        .expired()
        .claim("token_use", "id")
        .sign();
    assert_eq!(fixture.refusal_of(&forged).await, Some("signature"));
}
