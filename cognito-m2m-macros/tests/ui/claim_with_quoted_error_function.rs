use cognito_m2m::require_claim;

#[require_claim("tenant" = "acme", error = "handler")]
async fn handler() {}

fn main() {}
