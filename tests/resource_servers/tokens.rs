//! The tokens that are for an API, and those that are not.

use actix_web::rt::time::sleep;
use cognito_m2m::policy::{Denial, PathParameters, PolicyDefaults, PolicyInput, ResourceServers};
use cognito_m2m::scope::ScopeSet;
use cognito_m2m::settings::PoolSettings;
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::token::{BearerToken, Claims, InvalidToken};
use cognito_m2m::validator::{TokenError, TokenValidator};
use cognito_m2m::{BoxFuture, ClientId, CognitoAuth, Policy, PoolName};
use cognito_m2m_tests::serve_routes;
use serde_json::json;

use super::{REFUSED, WidgetsApi, refusal, routes};

#[actix_web::test]
async fn scopes_of_other_resource_servers_do_not_count() {
    let fixture = WidgetsApi::start().await;
    for scope in ["widgets/read", "other/read widgets/read", "widgets/x"] {
        let answer = fixture.get("/authenticated", scope).await;
        assert_eq!(answer.status, 200, "{scope}");
    }
    for scope in [
        "",
        "other/read",
        "widgets2/read",
        "widget/read",
        "Widgets/read",
        "widgets/x/read",
        "widgets/",
        "widgets",
        "/widgets",
        "x/widgets/read",
        "*/*",
        "widgets/read\tother/read",
        "openid profile aws.cognito.signin.user.admin",
        "other/widgets/read widgets2/read",
    ] {
        let answer = fixture.get("/authenticated", scope).await;
        assert_eq!(
            refusal(&answer),
            (REFUSED.0, REFUSED.1.to_owned()),
            "{scope:?}"
        );
    }
}

#[actix_web::test]
async fn claims_other_than_scope_do_not_count() {
    let fixture = WidgetsApi::start().await;
    for claim in ["scp", "groups", "aud", "cognito:groups", "resource"] {
        let token = fixture.cognito.token("reporting").scope("other/read");
        let token = token.claim(claim, "widgets/read").sign();
        let answer = fixture.api.get("/authenticated", &token).await;
        assert_eq!(answer.status, 403, "{claim}");
    }
    let without_scope = fixture.cognito.token("reporting").without_claim("scope");
    let answer = fixture
        .api
        .get("/authenticated", &without_scope.sign())
        .await;
    assert_eq!(refusal(&answer), (REFUSED.0, REFUSED.1.to_owned()));
}

#[actix_web::test]
async fn identifier_may_be_a_url_and_several_may_be_listed() {
    let fixture = WidgetsApi::with_settings(|settings| {
        settings.resource_servers([
            "widgets",
            "https://api.example.com",
            "https://api.example.org/",
        ])
    })
    .await;
    for (scope, status) in [
        ("widgets/read", 200),
        ("https://api.example.com/read", 200),
        ("https://api.example.org//read", 200),
        ("https://api.example.org/read", 403),
        ("https://api.example.com/v2/read", 403),
        ("https://api.example.com//read", 403),
        ("https://API.example.com/read", 403),
        ("https://api.example.com.evil.example/read", 403),
        ("https://evil.example/https://api.example.com/read", 403),
        ("http://api.example.com/read", 403),
        ("https://api.example.com", 403),
    ] {
        let answer = fixture.get("/authenticated", scope).await;
        assert_eq!(answer.status, status, "{scope}");
    }
}

#[actix_web::test]
async fn tokens_of_users_are_judged_alike() {
    let fixture = WidgetsApi::with_settings(|settings| settings.accept_user_tokens(true)).await;
    for (scope, status) in [
        ("openid widgets/read", 200),
        ("openid", 403),
        ("aws.cognito.signin.user.admin", 403),
        ("other/read", 403),
    ] {
        let token = fixture.cognito.token("reporting").scope(scope);
        // A resource binding puts the API into the `aud` of a user's token.
        let token = token.claim("username", "jane").claim("aud", "widgets");
        let answer = fixture.api.get("/authenticated", &token.sign()).await;
        assert_eq!(answer.status, status, "{scope}");
    }
}

#[actix_web::test]
async fn one_list_applies_to_all_user_pools() {
    let tenant = LocalCognito::builder()
        .user_pool_id("eu-west-1_Tenant")
        .start()
        .expect("the second local Cognito starts");
    let pool = PoolSettings::default()
        .issuer(tenant.issuer())
        .jwks_url(tenant.jwks_url())
        .allowed_client_ids(["sync"]);
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let settings = cognito.settings().resource_servers(["widgets"]);
    let auth = CognitoAuth::new(settings.pool("tenant", pool)).expect("the settings are valid");
    auth.prefetch().await.expect("the keys are fetched");
    let api = serve_routes(auth, routes);
    for (scope, status) in [("widgets/read", 200), ("other/read", 403)] {
        let token = tenant.token("sync").scope(scope).sign();
        assert_eq!(api.get("/authenticated", &token).await.status, status);
        assert_eq!(api.get("/open", &token).await.status, 200);
    }
}

#[actix_web::test]
async fn validate_token_refuses_a_token_for_another_api() {
    let fixture = WidgetsApi::start().await;
    // The second time, the token is in the cache.
    for _ in 0..2 {
        let other = fixture
            .auth
            .validate_token(&fixture.token("other/read"))
            .await;
        let refusal = other.expect_err("a token for another API");
        assert_eq!(refusal.reason(), "other_resource_server");
        assert_eq!(refusal.status_code(), 403);
        assert_eq!(refusal.challenge(), None);
        let ours = fixture
            .auth
            .validate_token(&fixture.token("widgets/read"))
            .await;
        let principal = ours.expect("a token for this API");
        assert_eq!(principal.authorize(&Policy::authenticated()), Ok(()));
    }
}

/// Reads the scopes of a client from its token.
struct ScopesAsToken;

impl TokenValidator for ScopesAsToken {
    fn validate<'a>(&'a self, token: BearerToken<'a>) -> BoxFuture<'a, Result<Claims, TokenError>> {
        Box::pin(async move {
            sleep(std::time::Duration::from_millis(1)).await;
            let scope = token.as_str().replace('_', "/");
            Claims::from_value(json!({ "client_id": "reporting", "scope": scope }))
                .map_err(|_| InvalidToken::Custom.into())
        })
    }
}

#[actix_web::test]
async fn claims_of_a_custom_validator_are_judged_alike() {
    let auth = CognitoAuth::builder()
        .settings(cognito_m2m::Settings::default().resource_servers(["widgets"]))
        .validator(ScopesAsToken)
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let validated = auth.validate_token("other_read").await;
    assert_eq!(
        validated.expect_err("another API").reason(),
        "other_resource_server"
    );
    let api = serve_routes(auth, routes);
    for (token, status) in [("widgets_read", 200), ("other_read", 403), ("widgets", 403)] {
        let answer = api.get("/authenticated", token).await;
        assert_eq!(answer.status, status, "{token}");
        assert_eq!(api.get("/open", token).await.status, 200);
    }
}

#[actix_web::test]
async fn every_policy_denies_a_token_for_another_api_first() {
    let defaults = PolicyDefaults {
        resource_servers: Some(ResourceServers::new(["widgets"]).expect("a valid identifier")),
        ..PolicyDefaults::default()
    };
    let claims = Claims::from_value(json!({"tenant": "acme"})).expect("a JSON object");
    let evaluate = |policy: &Policy, scope: &str| {
        policy.evaluate(&PolicyInput {
            pool: &PoolName::default(),
            client_id: &ClientId::new("reporting").expect("a valid client ID"),
            scopes: &ScopeSet::parse(scope),
            claims: &claims,
            method: "GET",
            path_parameters: PathParameters::none(),
            defaults: &defaults,
        })
    };
    let clients = |id: &'static str| Policy::allow_client_ids([id]).expect("a valid client ID");
    for (policy, allows) in [
        (Policy::authenticated(), true),
        (Policy::scope("other/read"), true),
        (Policy::scope("widgets/admin"), false),
        (clients("reporting"), true),
        (clients("sync"), false),
        (Policy::claim("tenant", "acme"), true),
        (Policy::claim("tenant", "other"), false),
        (Policy::authenticated().and(clients("reporting")), true),
        (Policy::scope_map([("POST", read())]), false),
    ] {
        let denied = evaluate(&policy, "other/read");
        assert_eq!(denied, Err(Denial::OtherResourceServer), "{policy:?}");
        let with_both = evaluate(&policy, "other/read widgets/read");
        assert_eq!(with_both.is_ok(), allows, "{policy:?}");
    }
}

fn read() -> cognito_m2m::policy::ScopeRule {
    cognito_m2m::policy::ScopeRule::all(["widgets/read"]).expect("a valid scope")
}
