use cognito_m2m::{allow_client_ids, require_scopes, scope_map};

const READ: &str = "a";

#[require_scopes("a".to_string())]
async fn handler1() {}

#[require_scopes(Scope::new("a"))]
async fn handler2() {}

#[require_scopes(String::from("a"), READ.as_str())]
async fn handler3() {}

#[require_scopes(scopes("a", "b"))]
async fn handler4() {}

#[require_scopes(scope("a"))]
async fn handler5() {}

#[require_scopes(one_of("a", "b"))]
async fn handler6() {}

#[require_scopes(al("a", "b"))]
async fn handler7() {}

#[require_scopes(lookup("a", 1))]
async fn handler8() {}

#[scope_map(GET = Scope::from_static("a"), POST = ["b".into()])]
async fn handler9() {}

#[allow_client_ids(client_ids("a", "b"), String::from("c"))]
async fn handler10() {}

fn main() {}
