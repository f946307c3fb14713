use cognito_m2m::public;

#[public(reason = "a probe")]
#[public(reason = "a probe")]
async fn live() {}

fn main() {}
