use cognito_m2m::require_claim;

#[require_claim("level" < 3)]
async fn handler() {}

fn main() {}
