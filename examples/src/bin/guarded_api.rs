//! How do I guard an API with Cognito tokens?
//!
//! `cargo run -p cognito-m2m-examples --bin guarded_api`
//!
//! `COGNITO_M2M_USER_POOL_ID` selects the user pool. To try it without AWS, run
//! `cognito-m2m-local serve` in another shell, which prints the variables to set, and
//! `cognito-m2m-local token writer`, which prints a token to send.

use std::{env, error::Error};

use actix_web::{App, HttpResponse, HttpServer, Responder, get, post, web};
use cognito_m2m::{
    CognitoAuth, ServicePrincipal, allow_client_ids, public, require_authentication, require_claim,
    require_scopes,
};

/// A route that is open to everyone says so. Without the mark, it is reported in the log.
#[get("/health")]
#[public(reason = "the load balancer has no token")]
async fn health() -> impl Responder {
    HttpResponse::NoContent()
}

/// Requires a valid token, with any scopes.
#[get("/whoami")]
#[require_authentication]
async fn whoami(principal: ServicePrincipal) -> impl Responder {
    web::Json(serde_json::json!({
        "client_id": principal.client_id(),
        "scopes": principal.scopes(),
    }))
}

/// Requires a scope. A caller without it gets 403, and the handler does not run.
#[get("/orders")]
#[require_scopes("orders/read")]
async fn list_orders(principal: ServicePrincipal) -> impl Responder {
    format!("the orders of {}\n", principal.client_id())
}

/// Requires that the claim `tenant` of the token equals the tenant in the path.
#[get("/tenants/{tenant}/orders")]
#[require_claim("tenant", equals_path = "tenant")]
async fn tenant_orders(tenant: web::Path<String>) -> impl Responder {
    format!("the orders of {tenant}\n")
}

/// Requires one of the two scopes and one of the two clients.
#[post("/orders")]
#[require_scopes("orders/write", "orders/admin", match = "any")]
#[allow_client_ids("writer", "back-office")]
async fn create_order(order: web::Json<serde_json::Value>) -> impl Responder {
    HttpResponse::Created().json(order)
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // The log contains the reason for each refusal, which the response omits.
    tracing_subscriber::fmt::init();

    let auth = CognitoAuth::from_env()?;
    let port = env::var("PORT").map_or(Ok(8080), |port| port.parse())?;
    HttpServer::new({
        let auth = auth.clone();
        move || {
            App::new()
                .wrap(auth.clone())
                .service(health)
                .service(whoami)
                .service((list_orders, tenant_orders))
                .service(create_order)
        }
    })
    .bind(("127.0.0.1", port))?
    .run()
    .await?;
    // Stops the background thread, which fetches the signing keys.
    auth.shutdown().await;
    Ok(())
}
