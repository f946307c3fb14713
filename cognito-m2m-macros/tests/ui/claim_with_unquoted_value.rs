use cognito_m2m::require_claim;

#[require_claim("environment" = prod)]
async fn handler() {}

fn main() {}
