use cognito_m2m::require_claim;

#[require_claim("internal" = True)]
async fn handler() {}

fn main() {}
