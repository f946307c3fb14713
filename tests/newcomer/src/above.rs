//! Handlers with each attribute above the route attribute.

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

#[require_authentication]
#[get("/status")]
async fn status() -> impl Responder {
    HttpResponse::Ok()
}

#[require_scopes(scopes::READ)]
#[get("/widgets")]
async fn list() -> impl Responder {
    HttpResponse::Ok()
}

#[require_scopes(scopes::WRITE, "widgets/admin", match = "any")]
#[post("/widgets")]
async fn create() -> impl Responder {
    HttpResponse::Ok()
}

#[require_scopes(any("widgets/admin", all(scopes::WRITE, "sales/write")))]
#[post("/sales")]
async fn sell() -> impl Responder {
    HttpResponse::Ok()
}

#[require_any_scope("prices/read", scopes::ADMIN)]
#[get("/prices")]
async fn prices() -> impl Responder {
    HttpResponse::Ok()
}

#[require_all_scopes("prices/write", scopes::WRITE)]
#[put("/prices")]
async fn set_prices() -> impl Responder {
    HttpResponse::Ok()
}

#[scope_map(GET = scopes::READ, POST = ["parts/write", "widgets/admin"], match = "any")]
#[route("/parts", method = "GET", method = "HEAD", method = "POST")]
async fn parts() -> impl Responder {
    HttpResponse::Ok()
}

#[scope_map(GET = "orders/read", POST = all("orders/read", "orders/write"))]
#[routes]
#[get("/orders")]
#[post("/orders")]
async fn orders() -> impl Responder {
    HttpResponse::Ok()
}

#[allow_client_ids("sync-worker", group = "reporting")]
#[get("/reports")]
async fn reports(principal: ServicePrincipal) -> impl Responder {
    principal.client_id().to_string()
}

#[allow_client_ids(group = "reporting")]
#[require_scopes("audit/read")]
#[get("/audit")]
async fn audit() -> impl Responder {
    HttpResponse::Ok()
}

#[require_scopes("secrets/read", error = not_found)]
#[get("/secrets")]
async fn secrets() -> impl Responder {
    HttpResponse::Ok()
}

#[public(reason = "the load balancer has no token")]
#[get("/live")]
async fn live() -> impl Responder {
    HttpResponse::Ok()
}

#[cognito_m2m::public(reason = crate::NO_TOKEN)]
async fn ready() -> impl Responder {
    HttpResponse::Ok()
}

#[require_claim("environment" = ["prod", claims::STAGING], "internal" = true)]
#[get("/deployments")]
async fn deployments() -> impl Responder {
    HttpResponse::Ok()
}

#[require_claim(claims::TENANT, equals_path = "tenant_id")]
#[get("/tenants/{tenant_id}")]
async fn tenant() -> impl Responder {
    HttpResponse::Ok()
}

#[require_claim("plan" = 3, error = not_found)]
#[get("/plan")]
async fn plan(claims: TokenClaims<TenantClaims>) -> impl Responder {
    claims.into_inner().tenant
}
