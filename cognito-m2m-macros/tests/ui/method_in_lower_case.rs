use cognito_m2m::scope_map;

#[scope_map(get = "a")]
async fn handler() {}

fn main() {}
