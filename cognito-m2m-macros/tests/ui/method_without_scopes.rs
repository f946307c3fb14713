use cognito_m2m::scope_map;

#[scope_map(GET = [], POST)]
async fn handler() {}

fn main() {}
