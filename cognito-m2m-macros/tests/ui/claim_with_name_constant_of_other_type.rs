use cognito_m2m::require_claim;

const WIDE: u128 = 1;

#[require_claim(WIDE = "acme")]
async fn handler() {}

fn main() {}
