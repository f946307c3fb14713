use cognito_m2m::require_claim;

const SHARE: f64 = 1.5;

#[require_claim("share" = SHARE)]
async fn handler() {}

fn main() {}
