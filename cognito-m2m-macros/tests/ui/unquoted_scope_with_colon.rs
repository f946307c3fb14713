use cognito_m2m::{allow_client_ids, require_scopes, scope_map};

#[require_scopes(widgets:read)]
async fn handler1() {}

#[scope_map(GET = widgets:read, POST = ["a", widgets:write])]
async fn handler2() {}

#[allow_client_ids(tenant:sync)]
async fn handler3() {}

#[allow_client_ids(group = team:sync)]
async fn handler4() {}

#[require_scopes("a", widgets:read:all)]
async fn handler5() {}

fn main() {}
