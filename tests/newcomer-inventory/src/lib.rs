//! An API of five routes, as a new user would write it.

#![forbid(unsafe_code)]

use actix_web::{HttpResponse, Responder, get, web};
use cognito_m2m::{ServicePrincipal, public, require_scopes, scope_map};

/// Registers all routes. The `App` must be wrapped in `CognitoAuth`.
pub fn routes(app: &mut web::ServiceConfig) {
    app.service(health)
        .service(report)
        .service(list)
        .service(web::resource("/orders/{id}").get(order).delete(order));
}

#[get("/health")]
#[public(reason = "the load balancer has no token")]
async fn health() -> impl Responder {
    "ok"
}

#[get("/reports/{year}")]
#[require_scopes("reports/read", "orders/read", match = "all")]
async fn report(year: web::Path<u16>) -> impl Responder {
    format!("the orders of {year}")
}

#[get("/orders")]
#[require_scopes("orders/read")]
async fn list(caller: ServicePrincipal) -> impl Responder {
    format!("the orders for {}", caller.client_id())
}

#[scope_map(GET = "orders/read", DELETE = "orders/write")]
async fn order(id: web::Path<u32>) -> impl Responder {
    HttpResponse::Ok().body(format!("order {id}"))
}
