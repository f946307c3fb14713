use actix_web::route;
use cognito_m2m::require_claim;

#[require_claim("tenant", equals_path = "tenant_id")]
#[route("/widgets", method = "GET", method = "POST")]
async fn handler() -> &'static str {
    ""
}

fn main() {}
