use cognito_m2m::require_claim;

#[require_claim("environment" = [])]
async fn handler() {}

fn main() {}
