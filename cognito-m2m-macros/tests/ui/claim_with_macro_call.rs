use cognito_m2m::require_claim;

#[require_claim("tenant" = concat!("ac", "me"))]
async fn handler() {}

fn main() {}
