use cognito_m2m::require_claim;

#[require_claim("environment" = vec!["prod", "staging"])]
async fn handler() {}

fn main() {}
