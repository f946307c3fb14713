use actix_web::routes;
use cognito_m2m::scope_map;

#[scope_map(GET = "a")]
#[routes]
#[get("/")]
#[delete("/")]
async fn handler() -> &'static str {
    ""
}

fn main() {}
