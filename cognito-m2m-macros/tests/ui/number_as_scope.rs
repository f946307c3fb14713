use cognito_m2m::require_scopes;

#[require_scopes(1)]
async fn handler() {}

fn main() {}
