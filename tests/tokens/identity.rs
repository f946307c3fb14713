//! Rules 1.7 and 1.8: the scopes of a token, tokens of users, and the principal.

use serde_json::json;

use super::*;

#[actix_web::test]
async fn rule_1_7_scope_is_split_on_the_space_and_compared_exactly() {
    let fixture = AuthFixture::start().await;
    let token = fixture.token().scope("api/read\tapi/write api/* API/READ");
    let principal = fixture.validate(&token.sign()).await;
    let principal = principal.expect("the token is accepted");
    assert!(!principal.has_scope("api/read"));
    assert!(!principal.has_scope("api/write"));
    assert_eq!(principal.scopes().len(), 3);
    for scope in [json!(null), json!(["a"]), json!(1), json!({}), json!(true)] {
        assert_eq!(
            fixture.refusal_with_claim("scope", scope.clone()).await,
            Some("scope"),
            "{scope}"
        );
    }
    let without_scope = fixture.token().without_claim("scope").claim("scp", "a");
    let principal = fixture.validate(&without_scope.sign()).await;
    let principal = principal.expect("the token is accepted");
    assert!(principal.scopes().is_empty(), "`scp` grants nothing");
}

#[actix_web::test]
async fn rule_1_8_users_token_is_refused_unless_a_setting_accepts_it() {
    let fixture = AuthFixture::start().await;
    for username in [json!("alice"), json!(""), json!(null), json!(1), json!([])] {
        assert_eq!(
            fixture
                .refusal_with_claim("username", username.clone())
                .await,
            Some("user_token"),
            "{username}"
        );
    }
    let accepting = AuthFixture::with_settings(|settings| settings.accept_user_tokens(true)).await;
    assert_eq!(
        accepting.refusal_with_claim("username", "alice").await,
        None
    );
}

#[actix_web::test]
async fn principal_has_the_claims_of_its_token() {
    let fixture = AuthFixture::start().await;
    let token = fixture
        .token()
        .scopes(["b", "a"])
        .claim("aud", "api")
        .claim("tenant", "acme")
        .sign();
    let principal = fixture.validate(&token).await;
    let principal = principal.expect("the token is accepted");
    assert_eq!(principal.client_id(), &"reporting");
    assert_eq!(principal.sub(), Some("reporting"));
    assert_eq!(principal.iss(), Some(fixture.cognito.issuer()));
    let exp = u64::try_from(fixture.now() + 3_600).expect("a positive time");
    assert_eq!(principal.exp(), Some(exp));
    assert!(principal.aud().is_some_and(|aud| aud.contains("api")));
    assert_eq!(principal.scopes().to_string(), "a b");
    assert_eq!(principal.claims().find("tenant"), Some(&json!("acme")));
    assert_eq!(principal.raw_token(), token);
    assert!(principal.pool().is_default());
}
