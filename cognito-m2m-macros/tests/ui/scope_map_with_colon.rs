use cognito_m2m::scope_map;

#[scope_map(GET: "a", "POST": "b", PUT: ["c", "d"], match: "any", error: refuse, crate: cognito_m2m)]
async fn handler() {}

fn main() {}
