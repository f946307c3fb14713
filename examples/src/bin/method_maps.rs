//! How do I require a different scope for each HTTP method?
//!
//! `cargo run -p cognito-m2m-examples --bin method_maps`
//!
//! `COGNITO_M2M_USER_POOL_ID` selects the user pool. To try it without AWS, run
//! `cognito-m2m-local serve` in another shell, which prints the variables to set, and
//! `cognito-m2m-local token writer`, which prints a token to send.

use std::{env, error::Error};

use actix_web::{App, HttpResponse, HttpServer, Responder, route, web};
use cognito_m2m::{CognitoAuth, action_scope_map, scope_map};

/// A map for a handler with several methods. The map and the route must list the same methods, or
/// the program does not compile. `HEAD` requires the same scopes as `GET`.
#[scope_map(GET = "orders/read", PUT = "orders/write")]
#[route("/orders/{id}", method = "GET", method = "HEAD", method = "PUT")]
async fn order(id: web::Path<u64>) -> impl Responder {
    format!("order {id}\n")
}

/// A map for all handlers of a module. A request with any other method gets 403.
#[scope_map(GET = "orders/read", POST = ["orders/write", "orders/admin"], match = "any")]
mod orders {
    use super::*;

    pub(super) async fn list() -> impl Responder {
        "all orders\n"
    }

    pub(super) async fn create() -> impl Responder {
        HttpResponse::Created()
    }
}

/// A map by handler instead of by method. It must list each function of the module.
#[action_scope_map(cancel = "orders/write", refund = "orders/admin")]
mod actions {
    use super::*;

    pub(super) async fn cancel(id: web::Path<u64>) -> impl Responder {
        format!("order {id} is cancelled\n")
    }

    pub(super) async fn refund(id: web::Path<u64>) -> impl Responder {
        format!("order {id} is refunded\n")
    }
}

fn routes(app: &mut web::ServiceConfig) {
    app.service(
        web::resource("/orders")
            .get(orders::list)
            .post(orders::create),
    )
    .service(order)
    .service(web::resource("/orders/{id}/cancel").post(actions::cancel))
    .service(web::resource("/orders/{id}/refund").post(actions::refund));
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();

    let auth = CognitoAuth::from_env()?;
    let port = env::var("PORT").map_or(Ok(8080), |port| port.parse())?;
    HttpServer::new(move || App::new().wrap(auth.clone()).configure(routes))
        .bind(("127.0.0.1", port))?
        .run()
        .await?;
    Ok(())
}
