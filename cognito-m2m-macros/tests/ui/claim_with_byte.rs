use cognito_m2m::require_claim;

#[require_claim("plan" = b'g')]
async fn handler() {}

fn main() {}
