//! Rule 1.6: the registered claims and those that Cognito adds.

use serde_json::json;

use super::*;

#[actix_web::test]
async fn rule_1_6_iss_equals_the_issuer_of_a_configured_pool() {
    let fixture = AuthFixture::start().await;
    let issuer = fixture.cognito.issuer().to_owned();
    assert_eq!(
        fixture.refusal_with_claim("iss", issuer.clone()).await,
        None
    );
    for iss in [
        json!(format!("{issuer}/")),
        json!(format!(" {issuer}")),
        json!(format!("{issuer}\0")),
        json!(issuer.to_uppercase()),
        json!(""),
        json!([issuer]),
    ] {
        assert_eq!(
            fixture.refusal_with_claim("iss", iss.clone()).await,
            Some("iss"),
            "{iss}"
        );
    }
    let absent = fixture.token().without_claim("iss").sign();
    assert_eq!(fixture.refusal_of(&absent).await, Some("iss"));
}

#[actix_web::test]
async fn rule_1_6_token_use_is_access() {
    let fixture = AuthFixture::start().await;
    for token_use in [
        json!("id"),
        json!("Access"),
        json!(""),
        json!(null),
        json!(["access"]),
    ] {
        assert_eq!(
            fixture
                .refusal_with_claim("token_use", token_use.clone())
                .await,
            Some("token_use"),
            "{token_use}"
        );
    }
    let absent = fixture.token().without_claim("token_use").sign();
    assert_eq!(fixture.refusal_of(&absent).await, Some("token_use"));
}

#[actix_web::test]
async fn rule_1_6_client_id_has_cognitos_syntax() {
    let fixture = AuthFixture::start().await;
    for valid in ["a".to_owned(), "a".repeat(128), "A-z_0.9+".to_owned()] {
        assert_eq!(
            fixture.refusal_with_claim("client_id", valid.clone()).await,
            None,
            "{valid}"
        );
    }
    for invalid in [
        json!(""),
        json!(" "),
        json!("a b"),
        json!("a:b"),
        json!("é"),
        json!("a\0"),
        json!("a".repeat(129)),
        json!(1),
        json!(null),
        json!(["a"]),
    ] {
        assert_eq!(
            fixture
                .refusal_with_claim("client_id", invalid.clone())
                .await,
            Some("client_id"),
            "{invalid}"
        );
    }
    let absent = fixture.token().without_claim("client_id").claim("azp", "a");
    assert_eq!(fixture.refusal_of(&absent.sign()).await, Some("client_id"));
}

#[actix_web::test]
async fn rule_1_6_sub_is_absent_or_a_string() {
    let fixture = AuthFixture::start().await;
    let absent = fixture.token().without_claim("sub").sign();
    assert_eq!(fixture.refusal_of(&absent).await, None);
    for text in ["reporting", "another", "42", ""] {
        assert_eq!(fixture.refusal_with_claim("sub", text).await, None);
    }
    for sub in [
        json!(42),
        json!(-1.5),
        json!(null),
        json!(false),
        json!(["reporting"]),
        json!({ "id": "reporting" }),
    ] {
        assert_eq!(
            fixture.refusal_with_claim("sub", sub.clone()).await,
            Some("sub"),
            "{sub}"
        );
    }
}

#[actix_web::test]
async fn rule_1_6_null_is_no_value_of_a_claim() {
    let fixture = AuthFixture::with_settings(|settings| settings.audience("api")).await;
    let token = || fixture.token().claim("aud", "api");
    assert_eq!(fixture.refusal_of(&token().sign()).await, None);
    for (claim, reason) in [
        ("iss", "iss"),
        ("token_use", "token_use"),
        ("client_id", "client_id"),
        ("exp", "date"),
        ("iat", "date"),
        ("nbf", "date"),
        ("aud", "aud"),
        ("sub", "sub"),
        ("scope", "scope"),
        ("username", "user_token"),
    ] {
        let with_null = token().claim(claim, json!(null)).sign();
        assert_eq!(
            fixture.refusal_of(&with_null).await,
            Some(reason),
            "{claim}"
        );
    }
    let claims_without_a_rule = token()
        .claim("jti", json!(null))
        .claim("version", json!(null));
    assert_eq!(
        fixture.refusal_of(&claims_without_a_rule.sign()).await,
        None
    );
}

#[actix_web::test]
async fn rule_1_6_expired_token_is_refused() {
    let fixture = AuthFixture::start().await;
    let now = fixture.now();
    for (exp, refusal) in [
        (json!(now - 59), None),
        (json!(now - 60), Some("expired")),
        (json!(now - 61), Some("expired")),
        (json!(0), Some("expired")),
        (json!(-1), Some("expired")),
        (json!(-1e300), Some("expired")),
    ] {
        assert_eq!(
            fixture.refusal_with_claim("exp", exp.clone()).await,
            refusal,
            "{exp}"
        );
    }
}

#[actix_web::test]
async fn rule_1_6_token_that_is_not_yet_valid_is_refused() {
    let fixture = AuthFixture::start().await;
    let now = fixture.now();
    for claim in ["nbf", "iat"] {
        assert_eq!(
            fixture.refusal_with_claim(claim, now + 60).await,
            None,
            "{claim}"
        );
        assert_eq!(
            fixture.refusal_with_claim(claim, now + 62).await,
            Some("not_yet_valid"),
            "{claim}"
        );
    }
}

#[actix_web::test]
async fn rule_1_6_dates_are_json_numbers() {
    let fixture = AuthFixture::start().await;
    let now = fixture.now();
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds of this century are exact"
    )]
    let fraction = now as f64 + 3_600.5;
    assert_eq!(fixture.refusal_with_claim("exp", fraction).await, None);
    for exp in [
        json!(now.to_string()),
        json!(null),
        json!([now]),
        json!(true),
        json!({}),
    ] {
        assert_eq!(
            fixture.refusal_with_claim("exp", exp.clone()).await,
            Some("date"),
            "{exp}"
        );
    }
    for required in ["exp", "iat"] {
        let absent = fixture.token().without_claim(required).sign();
        assert_eq!(
            fixture.refusal_of(&absent).await,
            Some("date"),
            "without {required}"
        );
    }
    assert_eq!(fixture.refusal_with_claim("nbf", "0").await, Some("date"));
}

#[actix_web::test]
async fn rule_1_6_huge_dates_do_not_overflow() {
    let fixture = AuthFixture::start().await;
    let now = fixture.now();
    let issuer = fixture.cognito.issuer();
    for exp in [
        "9223372036854775807",
        "18446744073709551616",
        "1e308",
        "1e400",
        "1e99999",
    ] {
        let payload = format!(
            r#"{{"sub":"a","token_use":"access","iss":"{issuer}","exp":{exp},"iat":{now},"client_id":"a"}}"#
        );
        let token = fixture.token().raw_payload(payload).sign();
        let refusal = fixture.refusal_of(&token).await;
        assert!(
            matches!(refusal, Some("lifetime" | "date")),
            "{exp}: {refusal:?}"
        );
    }
}

#[actix_web::test]
async fn rule_1_6_lifetime_over_24_hours_is_refused() {
    let fixture = AuthFixture::start().await;
    let now = fixture.now();
    for (lifetime, refusal) in [(86_400, None), (86_460, None), (86_461, Some("lifetime"))] {
        let token = fixture.token().claim("iat", now);
        let token = token.claim("exp", now + lifetime).sign();
        assert_eq!(fixture.refusal_of(&token).await, refusal, "{lifetime}");
    }
    let ten_minutes = AuthFixture::with_settings(|settings| {
        settings.max_token_lifetime(Duration::from_secs(600))
    })
    .await;
    let an_hour = ten_minutes.token().sign();
    assert_eq!(ten_minutes.refusal_of(&an_hour).await, Some("lifetime"));
}

#[actix_web::test]
async fn rule_1_6_aud_contains_the_configured_audience() {
    let fixture = AuthFixture::with_settings(|settings| settings.audience("api")).await;
    for aud in [json!("api"), json!(["other", "api"])] {
        assert_eq!(
            fixture.refusal_with_claim("aud", aud.clone()).await,
            None,
            "{aud}"
        );
    }
    for aud in [
        json!("Api"),
        json!("api/"),
        json!([]),
        json!(["other"]),
        json!([1, "api"]),
        json!([["api"]]),
        json!(1),
        json!(null),
        json!({"a": "api"}),
    ] {
        assert_eq!(
            fixture.refusal_with_claim("aud", aud.clone()).await,
            Some("aud"),
            "{aud}"
        );
    }
    let absent = fixture.token().sign();
    assert_eq!(
        fixture.refusal_of(&absent).await,
        Some("aud"),
        "the claim is required"
    );
}

#[actix_web::test]
async fn rule_1_6_aud_is_optional_if_require_audience_is_off() {
    let fixture =
        AuthFixture::with_settings(|settings| settings.audience("api").require_audience(false))
            .await;
    let absent = fixture.token().sign();
    assert_eq!(fixture.refusal_of(&absent).await, None);
    assert_eq!(
        fixture.refusal_with_claim("aud", "other").await,
        Some("aud")
    );
}

#[actix_web::test]
async fn aud_is_ignored_if_no_audience_is_configured() {
    let fixture = AuthFixture::start().await;
    for aud in [json!("anything"), json!(["a", "b"]), json!(1), json!([1])] {
        assert_eq!(
            fixture.refusal_with_claim("aud", aud.clone()).await,
            None,
            "{aud}"
        );
    }
}
