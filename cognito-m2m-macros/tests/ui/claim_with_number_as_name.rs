use cognito_m2m::require_claim;

#[require_claim(1 = "acme")]
async fn handler() {}

fn main() {}
