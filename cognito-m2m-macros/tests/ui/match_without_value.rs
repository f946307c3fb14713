use cognito_m2m::require_scopes;

#[require_scopes("a", match)]
async fn handler() {}

fn main() {}
