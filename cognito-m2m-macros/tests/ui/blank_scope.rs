use cognito_m2m::require_scopes;

#[require_scopes(" ")]
async fn handler() {}

fn main() {}
