use cognito_m2m::require_scopes;

#[require_scopes("widgets/read")]
async fn handler() {}

fn main() {}
