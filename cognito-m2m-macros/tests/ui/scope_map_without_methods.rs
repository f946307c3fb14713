use cognito_m2m::scope_map;

#[scope_map(match = "any")]
async fn handler() {}

fn main() {}
