use cognito_m2m::require_claim;

#[require_claim("tenant", equals_path)]
async fn handler() {}

fn main() {}
