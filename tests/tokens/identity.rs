//! `RULES.md` 1.7 and 1.8: whose token it is, and what it grants.

use super::*;

#[actix_web::test]
async fn rule_1_7_scope_is_split_on_the_space_and_compared_exactly() {
    let fixture = Fixture::new().await;
    let principal = fixture
        .judge(&fixture.token().scope("api/read\tapi/write api/* API/READ"))
        .await;
    let principal = principal.expect("a good token");
    assert!(!principal.has_scope("api/read"));
    assert!(!principal.has_scope("api/write"));
    assert_eq!(principal.scopes().len(), 3);
    for scope in [json!(null), json!(["a"]), json!(1), json!({}), json!(true)] {
        assert_eq!(
            fixture.refusal_with("scope", scope.clone()).await,
            Some("scope"),
            "{scope}"
        );
    }
    let none = fixture
        .judge(&fixture.token().without_claim("scope").claim("scp", "a"))
        .await;
    assert!(none.expect("a good token").scopes().is_empty());
}

#[actix_web::test]
async fn rule_1_8_a_users_token_is_refused_unless_a_setting_admits_it() {
    let fixture = Fixture::new().await;
    for username in [json!("alice"), json!(""), json!(null)] {
        assert_eq!(
            fixture.refusal_with("username", username).await,
            Some("user_token")
        );
    }
    let lenient = Fixture::with(|settings| settings.accept_user_tokens(true)).await;
    assert_eq!(lenient.refusal_with("username", "alice").await, None);
}

#[actix_web::test]
async fn the_principal_says_what_the_token_says() {
    let fixture = Fixture::new().await;
    let token = fixture
        .token()
        .scopes(["b", "a"])
        .claim("aud", "api")
        .claim("tenant", "acme")
        .sign();
    let principal = fixture
        .auth
        .validate_token(&token)
        .await
        .expect("a good token");
    assert_eq!(principal.client_id(), &"reporting");
    assert_eq!(principal.sub(), Some("reporting"));
    assert_eq!(principal.iss(), Some(fixture.cognito.issuer()));
    assert_eq!(
        principal.exp(),
        Some(fixture.clock.wall().as_secs() + 3_600)
    );
    assert!(
        principal
            .aud()
            .is_some_and(|audience| audience.contains("api"))
    );
    assert_eq!(principal.scopes().to_string(), "a b");
    assert_eq!(principal.claims().find("tenant"), Some(&json!("acme")));
    assert_eq!(principal.raw_token(), token);
    assert!(principal.pool().is_default());
}
