use cognito_m2m::require_claim;

#[require_claim("address" = {"city": "Paris"})]
async fn handler() {}

fn main() {}
