use cognito_m2m::require_scopes;

#[require_scopes(GET = "a")]
async fn handler1() {}

#[require_scopes("GET": "a", POST => "b")]
async fn handler2() {}

#[require_scopes("GET" = "a")]
async fn handler3() {}

fn main() {}
