//! Rule 2.3: keys are refreshed in the background, and withdrawn keys stop working.

use super::*;

#[actix_web::test]
async fn rule_2_3_keys_are_refreshed_in_the_background_at_80_percent_of_their_lifetime() {
    let fixture = start_with_keys().await;
    fixture.clock.advance(seconds(224));
    actix_web::rt::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(fixture.cognito.jwks_requests(), 1, "not before 75 %");
    advance_until_fetched(&fixture, seconds(16), 2).await;
    advance_until_fetched(&fixture, seconds(240), 3).await;
}

#[actix_web::test]
async fn rule_2_3_cache_control_is_honoured_between_a_minute_and_an_hour() {
    for (header, too_early, due) in [
        ("max-age=1", 44, 48),
        ("public, max-age=600", 449, 480),
        ("max-age=86400", 2_699, 2_880),
    ] {
        let fixture = AuthFixture::without_prefetch(|cognito, settings| {
            cognito.set_cache_control(Some(header));
            settings
        });
        fixture.auth.prefetch().await.expect("the keys are fetched");
        fixture.clock.advance(seconds(too_early));
        actix_web::rt::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(
            fixture.cognito.jwks_requests(),
            1,
            "{header}: not before 75 %"
        );
        advance_until_fetched(&fixture, seconds(due - too_early), 2).await;
    }
}

#[actix_web::test]
async fn rule_2_3_withdrawn_key_stops_working_at_the_next_refresh_for_cached_tokens_too() {
    let fixture = start_with_keys().await;
    let token = long_lived_token(&fixture);
    assert_eq!(fixture.refusal_of(&token).await, None);
    assert_eq!(fixture.refusal_of(&token).await, None, "cached");
    fixture.cognito.rotate_keys();
    assert_eq!(fixture.refusal_of(&token).await, None, "until the refresh");
    advance_until_fetched(&fixture, seconds(240), 2).await;
    assert_eq!(fixture.refusal_of(&token).await, Some("unknown_kid"));
    let rotated = long_lived_token(&fixture);
    assert_eq!(fixture.refusal_of(&rotated).await, None);
}

#[actix_web::test]
async fn rule_2_3_new_key_under_an_old_kid_replaces_it() {
    let fixture = start_with_keys().await;
    let token = long_lived_token(&fixture);
    assert_eq!(fixture.refusal_of(&token).await, None);
    let [kid, _] = fixture.cognito.kids();
    let other = SigningKey::generate().expect("a key");
    let mut jwk = other.public_jwk();
    jwk["kid"] = kid.clone().into();
    fixture.cognito.set_jwks_body(
        serde_json::json!({ "keys": [jwk] }).to_string(),
        "application/json",
    );
    advance_until_fetched(&fixture, seconds(240), 2).await;
    assert_eq!(
        fixture.refusal_of(&token).await,
        Some("signature"),
        "the token is no longer cached"
    );
    let signed_anew = fixture.token().signed_by(&other).kid(kid).sign();
    assert_eq!(fixture.refusal_of(&signed_anew).await, None);
}
