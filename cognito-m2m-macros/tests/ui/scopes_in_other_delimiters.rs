use cognito_m2m::require_scopes;

#[require_scopes(("a", "b"), {"c"}, any["d", "e"], all{"f", "g"})]
async fn handler() {}

fn main() {}
