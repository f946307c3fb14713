use cognito_m2m::require_claim;

#[require_claim("id" = 1i128)]
async fn handler() {}

fn main() {}
