//! `RULES.md` 1: what a token must keep, through the built-in validator.

use std::time::Duration;

use cognito_m2m::testing::{LocalCognito, SigningKey, TestClock, TokenBuilder};
use cognito_m2m::time::Clock;
use cognito_m2m::{CognitoAuth, ServicePrincipal, Settings};
use serde_json::{Value, json};

mod identity;

struct Fixture {
    cognito: LocalCognito,
    clock: TestClock,
    auth: CognitoAuth,
}

impl Fixture {
    async fn new() -> Self {
        Self::with(|settings| settings).await
    }

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

    fn token(&self) -> TokenBuilder {
        self.cognito.token("reporting")
    }

    fn now(&self) -> i64 {
        i64::try_from(self.clock.wall().as_secs()).expect("this century")
    }

    async fn judge(&self, token: &TokenBuilder) -> Result<ServicePrincipal, &'static str> {
        let judged = self.auth.validate_token(&token.sign()).await;
        judged.map_err(|refusal| refusal.reason())
    }

    async fn refusal(&self, token: &TokenBuilder) -> Option<&'static str> {
        self.judge(token).await.err()
    }

    async fn refusal_with(&self, claim: &str, value: impl Into<Value>) -> Option<&'static str> {
        self.refusal(&self.token().claim(claim, value)).await
    }
}

#[actix_web::test]
async fn rule_1_2_a_token_has_at_most_32_kib() {
    let fixture = Fixture::new().await;
    let largest_of_cognito: Vec<_> = (0..50).map(|n| format!("{n:0>256}")).collect();
    assert_eq!(
        fixture
            .refusal(&fixture.token().scopes(&largest_of_cognito))
            .await,
        None
    );
    assert_eq!(
        fixture.refusal_with("pad", "x".repeat(40_000)).await,
        Some("too_long")
    );
}

#[actix_web::test]
async fn rule_1_2_five_parts_are_refused() {
    let fixture = Fixture::new().await;
    let judged = fixture.auth.validate_token("a.b.c.d.e").await;
    assert_eq!(judged.expect_err("a JWE").reason(), "encrypted");
}

#[actix_web::test]
async fn rule_1_3_duplicate_members_are_refused() {
    let fixture = Fixture::new().await;
    let payload = r#"{"client_id":"a","client_id":"b"}"#;
    assert_eq!(
        fixture.refusal(&fixture.token().raw_payload(payload)).await,
        Some("duplicate_member")
    );
    let escaped = r#"{"client_id":"a","\u0063lient_id":"b"}"#;
    assert_eq!(
        fixture.refusal(&fixture.token().raw_payload(escaped)).await,
        Some("duplicate_member")
    );
}

#[actix_web::test]
async fn rule_1_4_alg_is_exactly_rs256() {
    use cognito_m2m::testing::{Algorithm, EncodingKey};
    let fixture = Fixture::new().await;
    assert_eq!(
        fixture.refusal(&fixture.token().unsigned()).await,
        Some("alg")
    );
    let key = fixture.cognito.signing_key().encoding_key();
    let rs512 = fixture.token().signed_with(Algorithm::RS512, key);
    assert_eq!(fixture.refusal(&rs512).await, Some("alg"));
    let secret = EncodingKey::from_secret(b"secret");
    let hs256 = fixture.token().signed_with(Algorithm::HS256, secret);
    assert_eq!(fixture.refusal(&hs256).await, Some("alg"));
}

#[actix_web::test]
async fn rule_1_4_keys_in_the_header_are_never_used() {
    let fixture = Fixture::new().await;
    let attacker = SigningKey::generate().expect("a key");
    let [kid, _] = fixture.cognito.kids();
    let forged = fixture
        .token()
        .signed_by(&attacker)
        .kid(kid)
        .header("jwk", attacker.public_jwk());
    assert_eq!(fixture.refusal(&forged).await, Some("signature"));
    let harmless = fixture.token().header("jwk", attacker.public_jwk());
    assert_eq!(fixture.refusal(&harmless).await, None);
}

#[actix_web::test]
async fn rule_1_5_the_signature_is_judged_before_the_claims() {
    let fixture = Fixture::new().await;
    let attacker = SigningKey::generate().expect("a key");
    let [kid, _] = fixture.cognito.kids();
    let forged = fixture
        .token()
        .signed_by(&attacker)
        .kid(kid)
        .expired()
        .claim("token_use", "id");
    assert_eq!(fixture.refusal(&forged).await, Some("signature"));
}

#[actix_web::test]
async fn rule_1_6_iss_is_a_configured_pools_code_point_by_code_point() {
    let fixture = Fixture::new().await;
    let issuer = fixture.cognito.issuer().to_owned();
    assert_eq!(fixture.refusal_with("iss", issuer.clone()).await, None);
    let upper = issuer.to_uppercase();
    for near_miss in [
        format!("{issuer}/"),
        format!(" {issuer}"),
        format!("{issuer}\0"),
        upper,
        String::new(),
    ] {
        assert_eq!(
            fixture.refusal_with("iss", near_miss.clone()).await,
            Some("iss"),
            "{near_miss:?}"
        );
    }
    assert_eq!(
        fixture.refusal_with("iss", json!([issuer])).await,
        Some("iss")
    );
    assert_eq!(
        fixture.refusal(&fixture.token().without_claim("iss")).await,
        Some("iss")
    );
}

#[actix_web::test]
async fn rule_1_6_token_use_is_access() {
    let fixture = Fixture::new().await;
    for other in [
        json!("id"),
        json!("Access"),
        json!(""),
        json!(null),
        json!(["access"]),
    ] {
        assert_eq!(
            fixture.refusal_with("token_use", other.clone()).await,
            Some("token_use"),
            "{other}"
        );
    }
    assert_eq!(
        fixture
            .refusal(&fixture.token().without_claim("token_use"))
            .await,
        Some("token_use")
    );
}

#[actix_web::test]
async fn rule_1_6_client_id_has_cognitos_syntax() {
    let fixture = Fixture::new().await;
    let good = ["a".to_owned(), "a".repeat(128), "A-z_0.9+".to_owned()];
    for good in good {
        assert_eq!(
            fixture.refusal_with("client_id", good.clone()).await,
            None,
            "{good}"
        );
    }
    let long = "a".repeat(129);
    for bad in [
        json!(""),
        json!(" "),
        json!("a b"),
        json!("a:b"),
        json!("é"),
        json!("a\0"),
        json!(long),
        json!(1),
        json!(null),
        json!(["a"]),
    ] {
        assert_eq!(
            fixture.refusal_with("client_id", bad.clone()).await,
            Some("client_id"),
            "{bad}"
        );
    }
    let absent = fixture.token().without_claim("client_id").claim("azp", "a");
    assert_eq!(fixture.refusal(&absent).await, Some("client_id"));
}

#[actix_web::test]
async fn rule_1_6_expired_token_is_refused() {
    let fixture = Fixture::new().await;
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
            fixture.refusal_with("exp", exp.clone()).await,
            refusal,
            "{exp}"
        );
    }
}

#[actix_web::test]
async fn rule_1_6_token_that_is_not_yet_valid_is_refused() {
    let fixture = Fixture::new().await;
    let now = fixture.now();
    for claim in ["nbf", "iat"] {
        assert_eq!(fixture.refusal_with(claim, now + 60).await, None, "{claim}");
        assert_eq!(
            fixture.refusal_with(claim, now + 62).await,
            Some("not_yet_valid"),
            "{claim}"
        );
    }
}

#[actix_web::test]
async fn rule_1_6_dates_are_numbers_without_overflow() {
    let fixture = Fixture::new().await;
    let now = fixture.now();
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds of this century are exact"
    )]
    let fraction = now as f64 + 3_600.5;
    assert_eq!(fixture.refusal_with("exp", fraction).await, None);
    for exp in [
        json!(now.to_string()),
        json!(null),
        json!([now]),
        json!(true),
        json!({}),
    ] {
        assert_eq!(
            fixture.refusal_with("exp", exp.clone()).await,
            Some("date"),
            "{exp}"
        );
    }
    for claim in ["exp", "iat"] {
        assert_eq!(
            fixture.refusal(&fixture.token().without_claim(claim)).await,
            Some("date")
        );
    }
    assert_eq!(fixture.refusal_with("nbf", json!("0")).await, Some("date"));
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
        let refusal = fixture.refusal(&fixture.token().raw_payload(payload)).await;
        assert!(
            matches!(refusal, Some("lifetime" | "date")),
            "{exp}: {refusal:?}"
        );
    }
}

#[actix_web::test]
async fn rule_1_6_a_life_over_24_hours_is_refused() {
    let fixture = Fixture::new().await;
    let now = fixture.now();
    let life = |seconds: i64| {
        fixture
            .token()
            .claim("iat", now)
            .claim("exp", now + seconds)
    };
    assert_eq!(fixture.refusal(&life(86_400)).await, None);
    assert_eq!(fixture.refusal(&life(86_460)).await, None);
    assert_eq!(fixture.refusal(&life(86_461)).await, Some("lifetime"));
    let shorter =
        Fixture::with(|settings| settings.max_token_lifetime(Duration::from_secs(600))).await;
    assert_eq!(shorter.refusal(&shorter.token()).await, Some("lifetime"));
}

#[actix_web::test]
async fn rule_1_6_aud_contains_the_configured_audience() {
    let fixture = Fixture::with(|settings| settings.audience("api")).await;
    assert_eq!(fixture.refusal_with("aud", "api").await, None);
    assert_eq!(
        fixture.refusal_with("aud", json!(["other", "api"])).await,
        None
    );
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
            fixture.refusal_with("aud", aud.clone()).await,
            Some("aud"),
            "{aud}"
        );
    }
    assert_eq!(
        fixture.refusal(&fixture.token()).await,
        Some("aud"),
        "required"
    );
    let lenient = Fixture::with(|settings| settings.audience("api").require_audience(false)).await;
    assert_eq!(lenient.refusal(&lenient.token()).await, None);
    assert_eq!(lenient.refusal_with("aud", "other").await, Some("aud"));
}

#[actix_web::test]
async fn aud_is_not_looked_at_where_none_is_configured() {
    let fixture = Fixture::new().await;
    for aud in [json!("anything"), json!(["a", "b"]), json!(1), json!([1])] {
        assert_eq!(
            fixture.refusal_with("aud", aud.clone()).await,
            None,
            "{aud}"
        );
    }
}
