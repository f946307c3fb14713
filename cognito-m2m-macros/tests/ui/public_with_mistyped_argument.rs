use cognito_m2m::public;

#[public(reasn = "the load balancer has no token")]
async fn live() {}

#[public(because = "the load balancer has no token")]
async fn ready() {}

#[public(reason = "the load balancer has no token", raeson = "the same")]
async fn health() {}

fn main() {}
