//! How do I guard many routes with one rule?
//!
//! `cargo run -p cognito-m2m-examples --bin modules_and_policies`
//!
//! `COGNITO_M2M_USER_POOL_ID` selects the user pool. To try it without AWS, run
//! `cognito-m2m-local serve` in another shell, which prints the variables to set, and
//! `cognito-m2m-local token writer`, which prints a token to send.

use std::{env, error::Error};

use actix_web::{App, HttpServer, Responder, delete, get, web};
use cognito_m2m::{
    CognitoAuth, Policy, ServicePrincipal, policy::ScopeRule, require_scopes, scope::Scope,
};

const PERSONAL_DATA: Policy =
    Policy::scope_rule(ScopeRule::Scope(Scope::from_static("orders/personal-data")));

/// An attribute on a module guards every handler in it.
#[require_scopes("orders/read")]
mod orders {
    use super::*;

    #[get("/orders")]
    pub(super) async fn list() -> impl Responder {
        "all orders\n"
    }

    /// An attribute on a handler adds to that of the module: the caller needs both scopes.
    #[delete("/orders/{id}")]
    #[require_scopes("orders/write")]
    pub(super) async fn remove(id: web::Path<u64>) -> impl Responder {
        format!("order {id} is removed\n")
    }

    /// `#[public]` exempts a handler, and documents why. Here, it needs no import.
    #[get("/orders/states")]
    #[public(reason = "a constant list")]
    pub(super) async fn states() -> impl Responder {
        "open, shipped, paid\n"
    }
}

async fn statistics() -> impl Responder {
    "12 orders\n"
}

/// A handler checks a requirement that depends on the request.
async fn export(caller: ServicePrincipal, kind: web::Path<String>) -> actix_web::Result<String> {
    if *kind == "personal-data" {
        caller.authorize(&PERSONAL_DATA)?;
    }
    Ok(format!("an export of {kind}\n"))
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();

    let auth = CognitoAuth::from_env()?;
    // As a middleware, a policy guards all routes of an Actix scope.
    let admin = Policy::any_scope(["orders/admin", "orders/audit"])?;
    let port = env::var("PORT").map_or(Ok(8080), |port| port.parse())?;
    HttpServer::new(move || {
        App::new()
            .wrap(auth.clone())
            .service((orders::states, orders::list, orders::remove))
            .service(
                web::scope("/admin")
                    .wrap(admin.clone())
                    .route("/statistics", web::get().to(statistics))
                    .route("/exports/{kind}", web::get().to(export)),
            )
    })
    .bind(("127.0.0.1", port))?
    .run()
    .await?;
    Ok(())
}
