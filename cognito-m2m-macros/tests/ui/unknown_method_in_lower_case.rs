use cognito_m2m::scope_map;

#[scope_map(GET = "a", mach = "any")]
async fn handler() {}

fn main() {}
