use cognito_m2m::{require_scopes, scope_map};

#[require_scopes("a", "b", match = "anny")]
async fn handler1() {}

#[require_scopes("a", "b", match = "al")]
async fn handler2() {}

#[require_scopes("a", "b", match = "ANY")]
async fn handler3() {}

#[require_scopes("a", "b", match = any)]
async fn handler4() {}

#[require_scopes("a", "b", match = ScopeMatch::All)]
async fn handler5() {}

#[require_scopes("a", "b", match = b"any")]
async fn handler6() {}

#[scope_map(GET = ["a", "b"], match = "alll")]
async fn handler7() {}

fn main() {}
