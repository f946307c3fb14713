use cognito_m2m::scope_map;

#[scope_map(GET = "a", DELTE = "b")]
async fn handler1() {}

#[scope_map(PSOT: "a")]
async fn handler2() {}

#[scope_map(Delte = "a")]
async fn handler3() {}

#[scope_map("DELTE" = "a", "get" = "b")]
async fn handler4() {}

fn main() {}
