use cognito_m2m::require_claim;

#[require_claim("internal" = !true)]
async fn handler() {}

fn main() {}
