//! A handler without a mistake.

use cognito_m2m::require_scopes;

#[actix_web::get("/")]
#[require_scopes("a")]
async fn handler() -> &'static str {
    ""
}

fn main() {
    drop(actix_web::App::new().service(handler));
}
