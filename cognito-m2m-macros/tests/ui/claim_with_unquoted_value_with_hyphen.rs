use cognito_m2m::require_claim;

#[require_claim("region" = EU-WEST)]
async fn handler() {}

fn main() {}
