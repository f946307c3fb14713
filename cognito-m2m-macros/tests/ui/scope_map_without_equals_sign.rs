use cognito_m2m::scope_map;

#[scope_map(GET "a", POST ["b", "c"], PUT d, match "any")]
async fn handler() {}

fn main() {}
