use cognito_m2m::{require_scopes, scope_map};

const RESOURCE: &str = "widgets";

#[require_scopes("widgets" + "/read")]
async fn handler1() {}

#[require_scopes(RESOURCE + "/read")]
async fn handler2() {}

#[scope_map(GET = "a" + "b")]
async fn handler3() {}

fn main() {}
