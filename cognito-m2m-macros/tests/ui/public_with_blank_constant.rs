use cognito_m2m::public;

const REASON: &str = " ";

#[public(reason = REASON)]
async fn live() {}

fn main() {}
