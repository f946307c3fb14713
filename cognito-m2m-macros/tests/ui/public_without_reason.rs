use cognito_m2m::public;

#[public]
async fn live() {}

#[public()]
async fn ready() {}

fn main() {}
