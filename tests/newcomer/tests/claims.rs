//! Requests to the routes that require claims.

use actix_web::http::header::AUTHORIZATION;
use actix_web::{App, test};
use cognito_m2m::CognitoAuth;
use cognito_m2m::testing::{LocalCognito, TokenBuilder};
use cognito_m2m_newcomer::routes;

type AddClaims = fn(TokenBuilder) -> TokenBuilder;

/// A path, claims that are accepted, claims that are refused, and the status of the refusal.
type Route = (&'static str, AddClaims, AddClaims, u16);

const ROUTES: [Route; 9] = [
    (
        "/above/deployments",
        |token| token.claim("environment", "prod").claim("internal", true),
        |token| token.claim("environment", "prod").claim("internal", "true"),
        403,
    ),
    (
        "/below/deployments",
        |token| {
            token
                .claim("environment", "staging")
                .claim("internal", true)
        },
        |token| token.claim("environment", "dev").claim("internal", true),
        403,
    ),
    ("/above/tenants/acme", acme, globex, 403),
    ("/below/tenants/acme", acme, globex, 403),
    (
        "/above/plan",
        |token| acme(token).claim("plan", 3),
        |token| acme(token).claim("plan", "3"),
        404,
    ),
    (
        "/below/plan",
        |token| acme(token).claim("plan", 3),
        // The plan is allowed, but the handler requires a tenant.
        |token| token.claim("plan", 3),
        403,
    ),
    ("/module-tenants/acme", acme, globex, 403),
    (
        "/module-tenants/acme/parts",
        |token| acme(token).claim("environment", "prod"),
        acme,
        403,
    ),
    (
        "/wrapped-tenants/acme",
        |token| acme(token).claim("environment", "staging"),
        |token| globex(token).claim("environment", "staging"),
        403,
    ),
];

fn acme(token: TokenBuilder) -> TokenBuilder {
    token.claim("tenant", "acme")
}

fn globex(token: TokenBuilder) -> TokenBuilder {
    token.claim("tenant", "globex")
}

#[actix_web::test]
async fn claims_decide_who_is_served() {
    let cognito = LocalCognito::start().unwrap();
    let settings = cognito.settings().client_group("reporting", ["analyst"]);
    let auth = CognitoAuth::new(settings).unwrap();
    auth.prefetch().await.unwrap();
    let app = test::init_service(App::new().wrap(auth).configure(routes)).await;
    for (path, granted, refused, status) in ROUTES {
        for (claims, expected) in [(granted, 200), (refused, status)] {
            let token = claims(cognito.token("any")).sign();
            let request = test::TestRequest::get().uri(path);
            let request = request.insert_header((AUTHORIZATION, format!("Bearer {token}")));
            let response = test::call_service(&app, request.to_request()).await;
            assert_eq!(response.status(), expected, "{path}");
        }
    }
}
