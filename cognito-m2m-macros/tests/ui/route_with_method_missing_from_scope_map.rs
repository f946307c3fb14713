use actix_web::route;
use cognito_m2m::scope_map;

#[scope_map(GET = "a")]
#[route("/", method = "GET", method = "HEAD", method = "POST")]
async fn handler() -> &'static str {
    ""
}

fn main() {}
