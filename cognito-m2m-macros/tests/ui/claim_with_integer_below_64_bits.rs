use cognito_m2m::require_claim;

#[require_claim("id" = -9223372036854775809)]
async fn handler() {}

fn main() {}
