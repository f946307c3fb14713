use actix_web::routes;
use cognito_m2m::require_claim;

#[require_claim("tenant", equals_path = "tenant_id")]
#[routes]
#[get("/tenants/{tenant_id}/widgets")]
#[get("/t/{id:[a-z]{4}}/{rest}*")]
#[post("/widgets")]
async fn handler() -> &'static str {
    ""
}

fn main() {}
