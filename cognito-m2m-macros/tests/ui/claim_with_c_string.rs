use cognito_m2m::require_claim;

#[require_claim("plan" = c"gold")]
async fn handler() {}

fn main() {}
