use cognito_m2m::require_claim;

#[require_claim("environment" = "prod" && "internal" = true)]
async fn handler() {}

fn main() {}
