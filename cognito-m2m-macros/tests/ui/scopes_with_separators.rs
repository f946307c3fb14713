use cognito_m2m::{require_scopes, scope_map};

#[require_scopes("widgets/read,widgets/write")]
async fn handler1() {}

#[require_scopes("widgets/read, widgets/write")]
async fn handler2() {}

#[require_scopes("widgets/read;widgets/write")]
async fn handler3() {}

#[require_scopes("widgets/read|widgets/write")]
async fn handler4() {}

#[require_scopes("widgets/read||widgets/write")]
async fn handler5() {}

#[require_scopes("a/x&a/y")]
async fn handler6() {}

#[scope_map(GET = "a/x,a/y,a/z")]
async fn handler7() {}

#[require_scopes(any("a/x,a/y", "b"))]
async fn handler8() {}

fn main() {}
