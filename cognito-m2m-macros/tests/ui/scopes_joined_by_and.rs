use cognito_m2m::{allow_client_ids, require_scopes, scope_map};

#[require_scopes("a" && "b")]
async fn handler1() {}

#[require_scopes("a" & "b")]
async fn handler2() {}

#[require_scopes("a" and "b")]
async fn handler3() {}

#[require_scopes("a" && "b" || "c")]
async fn handler4() {}

#[scope_map(GET = "a" && "b")]
async fn handler5() {}

#[allow_client_ids("id1" && "id2")]
async fn handler6() {}

fn main() {}
