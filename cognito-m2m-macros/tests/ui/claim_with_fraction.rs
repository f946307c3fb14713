use cognito_m2m::require_claim;

#[require_claim("share" = 1.5)]
async fn handler() {}

fn main() {}
