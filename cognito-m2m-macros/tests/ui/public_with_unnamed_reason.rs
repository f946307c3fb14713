use cognito_m2m::public;

#[public("the load balancer has no token")]
async fn live() {}

#[public(reason: "the load balancer has no token")]
async fn ready() {}

#[public = "the load balancer has no token"]
async fn health() {}

fn main() {}
