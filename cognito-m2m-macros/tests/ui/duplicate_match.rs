use cognito_m2m::require_scopes;

#[require_scopes("a", "b", match = "any", match = "all")]
async fn handler() {}

fn main() {}
