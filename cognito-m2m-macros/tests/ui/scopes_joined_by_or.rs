use cognito_m2m::{allow_client_ids, require_scopes, scope_map};

const READ: &str = "a";

#[require_scopes("a" || "b")]
async fn handler1() {}

#[require_scopes("a" | "b")]
async fn handler2() {}

#[require_scopes("a" or "b" or "c")]
async fn handler3() {}

#[scope_map(GET = "a" || "b", POST = ["c", "d" | "e"])]
async fn handler4() {}

#[require_scopes(READ || "b" && ("c" || "d"))]
async fn handler5() {}

#[require_scopes(any("a" || "b", "c" && "d"))]
async fn handler6() {}

#[allow_client_ids("id1" || "id2")]
async fn handler7() {}

#[allow_client_ids(group = "a" | "b")]
async fn handler8() {}

fn main() {}
