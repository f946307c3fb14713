use cognito_m2m::scope_map;

#[scope_map(GET = "a", "b", POST = "c")]
async fn handler1() {}

#[scope_map(GET = "a/b", a::READ)]
async fn handler2() {}

fn main() {}
