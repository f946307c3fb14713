use cognito_m2m::require_claim;

#[require_claim("tenant"("acme"))]
async fn handler() {}

fn main() {}
