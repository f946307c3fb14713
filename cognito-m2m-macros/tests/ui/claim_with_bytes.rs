use cognito_m2m::require_claim;

#[require_claim("plan" = b"gold")]
async fn handler() {}

fn main() {}
