use cognito_m2m::require_authentication;

#[require_authentication(crate = cognito-m2m)]
async fn handler1() {}

#[require_authentication(crate = "cognito-m2m")]
async fn handler2() {}

fn main() {}
