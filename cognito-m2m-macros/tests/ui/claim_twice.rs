use cognito_m2m::require_claim;

#[require_claim("environment" = "prod", "environment" = "staging")]
async fn handler() {}

fn main() {}
