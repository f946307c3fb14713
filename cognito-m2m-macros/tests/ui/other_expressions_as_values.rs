use cognito_m2m::require_scopes;

#[require_scopes(if true { "a" } else { "b" })]
async fn handler1() {}

#[require_scopes("a".."b")]
async fn handler2() {}

#[require_scopes(SCOPES[0])]
async fn handler3() {}

#[require_scopes(<Api as Scopes>::READ)]
async fn handler4() {}

#[require_scopes("a" = "b")]
async fn handler5() {}

#[require_scopes(any(GET = "a", "b"))]
async fn handler6() {}

#[require_scopes((|| "a")())]
async fn handler7() {}

fn main() {}
