use cognito_m2m::{
    error::{AuthenticationError, Refusal},
    policy::Denial,
    token::InvalidToken,
};
use serde_json::{Value, json};

use super::*;

const NOW: f64 = 1_800_000_000.0;

fn remedy(reason: &str, claims: Value) -> Remedy {
    let untrusted = UntrustedToken::from_claims(claims);
    explain(reason, &untrusted, &Configured::default(), NOW).remedy
}

fn setting(reason: &str, claims: Value) -> String {
    match remedy(reason, claims) {
        Remedy::Setting(setting) => setting,
        Remedy::NoSetting(advice) => panic!("{reason}: no setting: {advice}"),
    }
}

fn has_no_setting(reason: &str, claims: Value) -> bool {
    matches!(remedy(reason, claims), Remedy::NoSetting(_))
}

#[test]
fn every_reason_of_an_invalid_token_has_a_rule_of_its_own() {
    use InvalidToken as Invalid;
    let reasons = [
        Invalid::TooLong,
        Invalid::NotThreeParts,
        Invalid::Encrypted,
        Invalid::Base64,
        Invalid::Json,
        Invalid::DuplicateMember,
        Invalid::Algorithm,
        Invalid::KeyId,
        Invalid::CriticalExtension,
        Invalid::Type,
        Invalid::Encoding,
        Invalid::Issuer,
        Invalid::UnknownKey,
        Invalid::Signature,
        Invalid::TokenUse,
        Invalid::ClientId,
        Invalid::Subject,
        Invalid::Date,
        Invalid::NotYetValid,
        Invalid::Lifetime,
        Invalid::Audience,
        Invalid::Scope,
        Invalid::UserToken,
    ]
    .map(|reason| Refusal::from(AuthenticationError::from(reason)));
    let others = [
        AuthenticationError::Missing.into(),
        AuthenticationError::Expired.into(),
        Denial::Client.into(),
        Denial::OtherResourceServer.into(),
    ];
    let rule = |reason| {
        let untrusted = UntrustedToken::default();
        explain(reason, &untrusted, &Configured::default(), NOW).rule
    };
    let mut rules = BTreeSet::from([rule("a reason of a later version")]);
    for refusal in reasons.iter().chain(&others) {
        assert!(rules.insert(rule(refusal.reason())), "{}", refusal.reason());
    }
}

#[test]
fn no_setting_accepts_a_token_that_is_not_signed_by_the_pool() {
    for reason in [
        "signature",
        "alg",
        "unknown_kid",
        "kid",
        "crit",
        "token_use",
        "json",
    ] {
        assert!(has_no_setting(reason, json!({})), "{reason}");
    }
}

#[test]
fn short_skew_passes_with_a_leeway() {
    let expired = |ago: f64| json!({ "exp": NOW - ago });
    assert_eq!(
        setting("expired", expired(30.0)),
        "`leeway` of at least 31 s"
    );
    assert_eq!(setting("expired", expired(0.5)), "`leeway` of at least 1 s");
    assert!(has_no_setting("expired", expired(300.0)));
    assert!(has_no_setting("expired", expired(1e300)));
    assert!(has_no_setting("expired", json!({ "exp": "soon" })));
    let early = |claims| setting("not_yet_valid", claims);
    assert_eq!(
        early(json!({ "iat": NOW + 90.0 })),
        "`leeway` of at least 91 s"
    );
    assert_eq!(
        early(json!({ "iat": NOW, "nbf": NOW + 120.0 })),
        "`leeway` of at least 121 s"
    );
    assert!(has_no_setting(
        "not_yet_valid",
        json!({ "iat": NOW + 3600.0 })
    ));
}

#[test]
fn remedies_name_the_setting_and_the_value() {
    for (reason, claims, parts) in [
        (
            "user_token",
            json!({}),
            &["`accept_user_tokens` = true"][..],
        ),
        (
            "lifetime",
            json!({ "iat": 0, "exp": 90_000 }),
            &["`max_token_lifetime`", "90000 s"],
        ),
        (
            "aud",
            json!({ "aud": "x" }),
            &["as `audience`", "`resource_servers`"],
        ),
        (
            "aud",
            json!({}),
            &["`require_audience` = false", "`resource_servers`"],
        ),
        ("client_not_allowed", json!({}), &["`allowed_client_ids`"]),
        (
            "other_resource_server",
            json!({ "scope": "openid https://api.example.com/read other/read other/write" }),
            &["\"https://api.example.com\" or \"other\" in `resource_servers`"],
        ),
        (
            "iss",
            json!({ "iss": "https://issuer.example" }),
            &["`issuer` and `jwks_url`"],
        ),
    ] {
        let setting = setting(reason, claims);
        for part in parts {
            assert!(setting.contains(part), "{reason}: {setting}");
        }
    }
    let long = UntrustedToken::decode(&"a".repeat(40_000));
    let explanation = explain("too_long", &long, &Configured::default(), NOW);
    assert!(matches!(
        explanation.remedy,
        Remedy::Setting(text) if text.starts_with("`max_token_bytes` of at least 40000")
    ));
    assert!(has_no_setting(
        "lifetime",
        json!({ "iat": 0, "exp": 1e300 })
    ));
    assert!(has_no_setting(
        "other_resource_server",
        json!({ "scope": "openid" })
    ));
    assert!(has_no_setting("other_resource_server", json!({})));
}

#[test]
fn identifiers_from_the_token_are_escaped() {
    let setting = setting(
        "other_resource_server",
        json!({ "scope": "a\n\u{1b}[31m/read" }),
    );
    assert!(!setting.contains(['\n', '\u{1b}']), "{setting}");
}
