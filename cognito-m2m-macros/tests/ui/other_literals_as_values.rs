use cognito_m2m::{allow_client_ids, require_scopes, scope_map};

#[require_scopes(b"a")]
async fn handler1() {}

#[require_scopes('a')]
async fn handler2() {}

#[require_scopes(c"a")]
async fn handler3() {}

#[require_scopes(1, 2.5, true)]
async fn handler4() {}

#[scope_map(GET = b"a", POST = ['b', 1])]
async fn handler5() {}

#[allow_client_ids(b"id1")]
async fn handler6() {}

#[allow_client_ids(group = 1)]
async fn handler7() {}

fn main() {}
