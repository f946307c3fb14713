use cognito_m2m::require_claim;

#[require_claim("plan" = 'a')]
async fn handler() {}

fn main() {}
