use cognito_m2m::require_scopes;

#[require_scopes(widgets/read, any(a-b, "c"))]
async fn handler() {}

fn main() {}
