use cognito_m2m::require_claim;

#[require_claim("environment" = ["prod", "staging"], match = "any")]
async fn handler() {}

fn main() {}
