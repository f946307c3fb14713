use cognito_m2m::require_claim;

#[require_claim("id" = 18446744073709551616)]
async fn handler() {}

fn main() {}
