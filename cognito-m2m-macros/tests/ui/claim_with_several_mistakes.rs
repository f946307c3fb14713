use cognito_m2m::require_claim;

#[require_claim(tenant = "acme", "level" = 1.5, "plan" == "gold", "region")]
async fn handler() {}

fn main() {}
