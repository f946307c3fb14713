use cognito_m2m::{allow_client_ids, require_scopes, scope_map};

const READ: &str = "a";

#[require_scopes(&["a", "b"])]
async fn handler1() {}

#[require_scopes(&READ)]
async fn handler2() {}

#[require_scopes(&"a")]
async fn handler3() {}

#[scope_map(GET = &["a", "b"], POST = &"c")]
async fn handler4() {}

#[allow_client_ids(&["id1", "id2"])]
async fn handler5() {}

#[allow_client_ids(group = &["a", "b"])]
async fn handler6() {}

fn main() {}
