use cognito_m2m::require_scopes;

#[require_scopes("", "a b", 1, any(), mode = "any", match = "one", error = "refuse")]
fn handler() {}

fn main() {}
