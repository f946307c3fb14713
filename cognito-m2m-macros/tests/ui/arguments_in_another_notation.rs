use cognito_m2m::require_scopes;

#[require_scopes("a", match: "any", error(refuse), crate => cognito_m2m)]
async fn handler() {}

fn main() {}
