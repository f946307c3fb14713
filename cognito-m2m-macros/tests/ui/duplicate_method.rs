use cognito_m2m::scope_map;

#[scope_map(GET = "a", GET = "b")]
async fn handler() {}

fn main() {}
