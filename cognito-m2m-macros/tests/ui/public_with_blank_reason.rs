use cognito_m2m::public;

#[public(reason = "")]
async fn live() {}

#[public(reason = " \n")]
async fn ready() {}

fn main() {}
