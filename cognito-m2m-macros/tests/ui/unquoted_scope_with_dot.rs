use cognito_m2m::{require_scopes, scope_map};

#[require_scopes(widgets.read)]
async fn handler1() {}

#[scope_map(GET = api.example.com/widgets.read)]
async fn handler2() {}

#[require_scopes(any(widgets.read, "b"))]
async fn handler3() {}

fn main() {}
