use cognito_m2m::require_claim;

#[require_claim("tenant" = null)]
async fn handler() {}

fn main() {}
