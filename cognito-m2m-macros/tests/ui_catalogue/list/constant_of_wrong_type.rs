use cognito_m2m::require_scopes;

const LIMIT: u8 = 1;

#[require_scopes(LIMIT)]
async fn handler() {}

fn main() {}
