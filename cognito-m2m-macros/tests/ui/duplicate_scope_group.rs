use cognito_m2m::require_scopes;

#[require_scopes(any("a", "b"), any("b", "a"))]
async fn handler() {}

fn main() {}
