use cognito_m2m::require_scopes;

#[require_scopes("a", "b", match = "one")]
async fn handler() {}

fn main() {}
