use cognito_m2m::require_scopes;

#[require_scopes("a", error = "refuse")]
async fn handler() {}

fn main() {}
