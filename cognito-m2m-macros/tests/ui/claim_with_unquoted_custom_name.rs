use cognito_m2m::require_claim;

#[require_claim(custom:tenant = "acme")]
async fn handler() {}

fn main() {}
