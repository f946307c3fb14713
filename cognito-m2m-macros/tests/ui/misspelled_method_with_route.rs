use actix_web::{delete, get, route};
use cognito_m2m::scope_map;

#[scope_map(DELTE = "a")]
#[delete("/1")]
async fn handler1() -> &'static str {
    ""
}

#[scope_map(get = "a")]
#[get("/2")]
async fn handler2() -> &'static str {
    ""
}

#[scope_map("GTE" = "a")]
#[route("/3", method = "GTE")]
async fn handler3() -> &'static str {
    ""
}

fn main() {}
