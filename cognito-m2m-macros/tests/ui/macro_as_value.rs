use cognito_m2m::{allow_client_ids, require_scopes, scope_map};

const RESOURCE: &str = "widgets";

#[require_scopes(concat!("widgets", "/read"))]
async fn handler1() {}

#[require_scopes(concat!(RESOURCE, "/read"))]
async fn handler2() {}

#[require_scopes(format!("{RESOURCE}/read"))]
async fn handler3() {}

#[require_scopes(env!("SCOPE"), any!("a", "b"))]
async fn handler4() {}

#[scope_map(GET = concat!("a", "/b"), POST = vec!["c", "d"])]
async fn handler5() {}

#[allow_client_ids(env!("CLIENT"))]
async fn handler6() {}

#[allow_client_ids(group = env!("GROUP"))]
async fn handler7() {}

#[require_scopes(vec!["a", "b"])]
async fn handler8() {}

fn main() {}
