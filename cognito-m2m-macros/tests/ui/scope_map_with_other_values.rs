use cognito_m2m::scope_map;

#[scope_map(GET, "POST", ("PUT", "a"), ["DELETE"], any("b"), 1, match)]
async fn handler() {}

fn main() {}
