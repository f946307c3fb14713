//! Scopes with another `CognitoAuth`, and principals that a test adds.

use actix_web::{App, test};
use cognito_m2m::testing::{LocalCognito, TestPrincipal};
use cognito_m2m::token::Claims;
use cognito_m2m::{CognitoAuth, Policy, PublicRoutes, ServicePrincipal};

use super::*;

fn auth(cognito: &LocalCognito, setting: UnguardedRoutes) -> CognitoAuth {
    CognitoAuth::new(cognito.settings().unguarded_routes(setting)).expect("valid settings")
}

/// Returns the status of a route in a scope of `inner`, in a scope of `outer`. `between` configures the
/// scope around `inner`.
macro_rules! status_within {
    ($outer:expr, $between:expr, $inner:expr, $token:expr) => {{
        let inner = web::scope("/inner")
            .wrap($inner)
            .configure(open_at("/open"));
        let between = web::scope("").wrap($between).service(inner);
        let app = test::init_service(App::new().wrap($outer).service(between)).await;
        let request = test::TestRequest::with_uri("/inner/open");
        let request = request.insert_header(("authorization", format!("Bearer {}", $token)));
        let response = test::call_service(&app, request.to_request()).await;
        response.status().as_u16()
    }};
}

#[actix_web::test]
async fn response_has_to_pass_every_cognito_auth() {
    use UnguardedRoutes::{Allow, Deny, Warn};
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let token = cognito.token("reporting").scope("widgets/read").sign();
    let no_op = actix_web::middleware::NormalizePath::trim;
    for (outer, inner, status) in [
        (Warn, Warn, 200),
        (Warn, Deny, 500),
        (Deny, Warn, 500),
        (Deny, Allow, 500),
        (Deny, Deny, 500),
    ] {
        let outer_auth = auth(&cognito, outer);
        let inner_auth = auth(&cognito, inner);
        let found = status_within!(outer_auth, no_op(), inner_auth, token);
        assert_eq!(found, status, "{outer:?} around {inner:?}");
    }
    let same = auth(&cognito, Deny);
    assert_eq!(
        status_within!(same.clone(), no_op(), same.clone(), token),
        500
    );
}

#[actix_web::test]
async fn guard_and_mark_between_two_count_for_both() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let token = cognito.token("reporting").scope("widgets/read").sign();
    let deny = || auth(&cognito, UnguardedRoutes::Deny);
    let policy = Policy::scope("widgets/read");
    assert_eq!(status_within!(deny(), policy, deny(), token), 200);
    let public = PublicRoutes::because("a test");
    assert_eq!(status_within!(deny(), public, deny(), token), 200);
}

#[actix_web::test]
async fn preset_principal_of_a_test_is_no_guard() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let auth = auth(&cognito, UnguardedRoutes::Deny);
    let app = App::new()
        .wrap(auth)
        .configure(open_at("/open"))
        .route("/guarded", web::to(async |_: ServicePrincipal| "secret"));
    let app = test::init_service(app).await;
    let claims = serde_json::json!({ "client_id": "reporting" });
    let claims = Claims::from_value(claims).expect("valid claims");
    let principal = ServicePrincipal::danger_from_claims(claims).expect("a valid principal");
    for (path, status) in [("/open", 500), ("/guarded", 200)] {
        let request = test::TestRequest::with_uri(path).to_request();
        let request = request.with_principal(principal.clone());
        let response = test::call_service(&app, request).await;
        assert_eq!(response.status(), status, "{path}");
    }
}
