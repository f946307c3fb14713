use actix_web::get;
use cognito_m2m::require_claim;

#[require_claim("tenant", equals_path = "tenant_id")]
#[get("/tenants/{tenant}/widgets")]
async fn handler() -> &'static str {
    ""
}

fn main() {}
