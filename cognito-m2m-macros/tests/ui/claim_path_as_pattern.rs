use cognito_m2m::require_claim;

#[require_claim("tenant", equals_path = "/tenants/{tenant_id}/widgets")]
async fn handler() {}

fn main() {}
