use cognito_m2m::{allow_client_ids, require_scopes, scope_map};

#[require_scopes(!"a")]
async fn handler1() {}

#[scope_map(GET = !"a")]
async fn handler2() {}

#[allow_client_ids(!"id1")]
async fn handler3() {}

fn main() {}
