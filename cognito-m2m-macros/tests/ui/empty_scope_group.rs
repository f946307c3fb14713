use cognito_m2m::require_scopes;

#[require_scopes("a", any())]
async fn handler() {}

fn main() {}
