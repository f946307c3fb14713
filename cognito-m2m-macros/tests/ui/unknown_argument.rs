use cognito_m2m::require_scopes;

#[require_scopes("a", mode = "any")]
async fn handler() {}

fn main() {}
