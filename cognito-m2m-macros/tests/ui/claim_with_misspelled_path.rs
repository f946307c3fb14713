use cognito_m2m::require_claim;

#[require_claim("tenant", equal_path = "tenant_id")]
async fn handler() {}

fn main() {}
