use cognito_m2m::require_claim;

const WIDE: u128 = 1;

#[require_claim("share" = WIDE)]
async fn handler() {}

fn main() {}
