use cognito_m2m::require_any_scope;

#[require_any_scope("a", "b", match = "any")]
async fn handler() {}

fn main() {}
