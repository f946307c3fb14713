use cognito_m2m::require_scopes;

#[require_scopes("a", "b", match: "any")]
async fn handler1() {}

#[require_scopes("a", "b", match "any")]
async fn handler2() {}

#[require_scopes("a", "b", match => any)]
async fn handler3() {}

#[require_scopes("a", "b", match("anny"))]
async fn handler4() {}

#[require_scopes("a", "b", "match" = "any", any)]
async fn handler5() {}

fn main() {}
