use cognito_m2m::require_scopes;

#[require_scopes(scope = "a", scopes: ["b"], any = ["c", "d"])]
async fn handler() {}

fn main() {}
