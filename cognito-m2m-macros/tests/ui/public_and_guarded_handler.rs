use cognito_m2m::{allow_client_ids, public, require_scopes};

#[public(reason = "the load balancer has no token")]
#[require_scopes("widgets/read")]
async fn above() {}

#[require_scopes("widgets/read")]
#[public(reason = "the load balancer has no token")]
async fn below() {}

#[public(reason = "the load balancer has no token")]
#[actix_web::get("/between")]
#[allow_client_ids("7k2m9f3qexample")]
async fn around_a_route() -> &'static str {
    ""
}

fn main() {}
