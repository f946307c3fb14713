use cognito_m2m::require_scopes;

#[require_scopes(any("a", all("b")))]
async fn handler() {}

fn main() {}
