use cognito_m2m::public;

#[public(reason = 7)]
async fn live() {}

#[public(reason = concat!("no", " token"))]
async fn ready() {}

#[public(reason = "no" token)]
async fn health() {}

#[public(reason = "no token", crate = "cognito_m2m")]
async fn version() {}

fn main() {}
