use cognito_m2m::require_claim;

#[require_claim]
async fn handler() {}

fn main() {}
