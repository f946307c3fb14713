use actix_web::get;
use cognito_m2m::scope_map;

#[scope_map(GET = "a", HEAD = "a")]
#[get("/")]
async fn handler() -> &'static str {
    ""
}

fn main() {}
