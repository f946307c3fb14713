//! Attributes without scopes, which need no catalogue.

use cognito_m2m::{allow_client_ids, require_authentication, require_claim};

#[actix_web::get("/")]
#[require_authentication]
#[allow_client_ids("7k2m9f3qexample")]
#[require_claim("tenant" = "acme")]
async fn handler() -> &'static str {
    ""
}

fn main() {
    drop(actix_web::App::new().service(handler));
}
