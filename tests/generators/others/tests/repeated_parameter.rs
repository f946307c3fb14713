//! A path parameter with the same name in a scope and in a route inside.
//!
//! It is here, because with the feature `experimental-introspection`, which the main workspace enables, Actix-web
//! panics for such a route.

use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, HttpResponse, Responder, web};
use cognito_m2m::testing::TestPrincipal;
use cognito_m2m::token::Claims;
use cognito_m2m::{CognitoAuth, Policy, ServicePrincipal, require_claim};
use serde_json::json;

#[require_claim("tenant", equals_path = "tenant_id")]
async fn guarded() -> impl Responder {
    HttpResponse::Ok()
}

async fn bare() -> impl Responder {
    HttpResponse::Ok()
}

#[actix_web::test]
async fn parameter_that_occurs_twice_is_refused() {
    let cognito = cognito_m2m::testing::LocalCognito::start().expect("a local Cognito");
    let auth = CognitoAuth::new(cognito.settings()).expect("valid settings");
    let own_tenant = Policy::claim_equals_path("tenant", "tenant_id");
    let app = init_service(
        App::new().wrap(auth).service(
            web::scope("/{tenant_id}")
                .route("/once", web::get().to(guarded))
                .route("/guarded/{tenant_id}", web::get().to(guarded))
                .service(web::resource("/wrapped").wrap(own_tenant.clone()).get(bare))
                .service(web::resource("/wrapped/{tenant_id}").wrap(own_tenant).get(bare)),
        ),
    )
    .await;
    for (path, status) in [
        ("/acme/once", 200),
        ("/other/once", 403),
        ("/acme/guarded/acme", 403),
        ("/acme/guarded/other", 403),
        ("/other/guarded/acme", 403),
        ("/acme/wrapped", 200),
        ("/acme/wrapped/acme", 403),
        ("/acme/wrapped/other", 403),
        ("/other/wrapped/acme", 403),
    ] {
        let claims = json!({ "client_id": "reporting", "tenant": "acme" });
        let claims = Claims::from_value(claims).expect("valid claims");
        let principal = ServicePrincipal::danger_from_claims(claims).expect("a principal");
        let request = TestRequest::with_uri(path).to_request();
        let response = call_service(&app, request.with_principal(principal)).await;
        assert_eq!(response.status(), status, "{path}");
    }
}
