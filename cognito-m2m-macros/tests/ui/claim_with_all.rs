use cognito_m2m::require_claim;

#[require_claim("groups" = all("a", "b"))]
async fn handler() {}

fn main() {}
