use cognito_m2m::scope_map;

#[scope_map(GET = "a" POST = "b", PUT = ["c" "d"], PATCH = any["e", "f"])]
async fn handler() {}

fn main() {}
