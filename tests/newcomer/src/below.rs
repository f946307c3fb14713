//! Handlers with each attribute below the route attribute.

use actix_web::{HttpResponse, Responder, get, post, put, route, routes, web};
use cognito_m2m::{
    ServicePrincipal, TokenClaims, allow_client_ids, public, require_all_scopes, require_any_scope,
    require_authentication, require_claim, require_scopes, scope_map,
};

use crate::{TenantClaims, claims, not_found, scopes};

pub(crate) fn routes(scope: &mut web::ServiceConfig) {
    scope
        .service(status)
        .service(list)
        .service(create)
        .service(sell)
        .service(prices)
        .service(set_prices)
        .service(parts)
        .service(orders)
        .service(reports)
        .service(audit)
        .service(secrets)
        .service(live)
        .route("/ready", web::get().to(ready))
        .service(deployments)
        .service(tenant)
        .service(plan);
}

#[get("/status")]
#[require_authentication]
async fn status() -> impl Responder {
    HttpResponse::Ok()
}

#[get("/widgets")]
#[require_scopes(scopes::READ)]
async fn list() -> impl Responder {
    HttpResponse::Ok()
}

#[post("/widgets")]
#[require_scopes(scopes::WRITE, "widgets/admin", match = "any")]
async fn create() -> impl Responder {
    HttpResponse::Ok()
}

#[post("/sales")]
#[require_scopes(any("widgets/admin", all(scopes::WRITE, "sales/write")))]
async fn sell() -> impl Responder {
    HttpResponse::Ok()
}

#[get("/prices")]
#[require_any_scope("prices/read", scopes::ADMIN)]
async fn prices() -> impl Responder {
    HttpResponse::Ok()
}

#[put("/prices")]
#[require_all_scopes("prices/write", scopes::WRITE)]
async fn set_prices() -> impl Responder {
    HttpResponse::Ok()
}

#[route("/parts", method = "GET", method = "HEAD", method = "POST")]
#[scope_map(GET = scopes::READ, POST = ["parts/write", "widgets/admin"], match = "any")]
async fn parts() -> impl Responder {
    HttpResponse::Ok()
}

#[routes]
#[get("/orders")]
#[post("/orders")]
#[scope_map(GET = "orders/read", POST = all("orders/read", "orders/write"))]
async fn orders() -> impl Responder {
    HttpResponse::Ok()
}

#[get("/reports")]
#[allow_client_ids("sync-worker", group = "reporting")]
async fn reports(principal: ServicePrincipal) -> impl Responder {
    principal.client_id().to_string()
}

#[get("/audit")]
#[allow_client_ids(group = "reporting")]
#[require_scopes("audit/read")]
async fn audit() -> impl Responder {
    HttpResponse::Ok()
}

#[get("/secrets")]
#[require_scopes("secrets/read", error = not_found)]
async fn secrets() -> impl Responder {
    HttpResponse::Ok()
}

#[get("/live")]
#[public(reason = "the load balancer has no token")]
async fn live() -> impl Responder {
    HttpResponse::Ok()
}

#[cognito_m2m::public(reason = crate::NO_TOKEN)]
async fn ready() -> impl Responder {
    HttpResponse::Ok()
}

#[get("/deployments")]
#[require_claim("environment" = ["prod", claims::STAGING], "internal" = true)]
async fn deployments() -> impl Responder {
    HttpResponse::Ok()
}

#[get("/tenants/{tenant_id}")]
#[require_claim(claims::TENANT, equals_path = "tenant_id")]
async fn tenant() -> impl Responder {
    HttpResponse::Ok()
}

#[get("/plan")]
#[require_claim("plan" = 3, error = not_found)]
async fn plan(claims: TokenClaims<TenantClaims>) -> impl Responder {
    claims.into_inner().tenant
}
