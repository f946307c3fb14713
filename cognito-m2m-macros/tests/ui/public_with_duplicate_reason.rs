use cognito_m2m::public;

#[public(reason = "no token", reason = "no token")]
async fn live() {}

fn main() {}
