use cognito_m2m::require_claim;

#[require_claim("tenant" = None)]
async fn handler() {}

fn main() {}
