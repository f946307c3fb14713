use cognito_m2m::require_claim;

#[require_claim("tenant" = "acme" "environment" = "prod")]
async fn handler() {}

fn main() {}
