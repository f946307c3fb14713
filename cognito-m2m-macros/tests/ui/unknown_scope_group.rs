use cognito_m2m::require_scopes;

#[require_scopes(some("a", "b"))]
async fn handler() {}

fn main() {}
