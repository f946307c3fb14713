use cognito_m2m::{allow_client_ids, require_authentication, require_scopes, scope_map};

#[require_scopes("a", eror = refuse)]
async fn handler1() {}

#[require_scopes("a", "b", mach = "any")]
async fn handler2() {}

#[require_scopes("a", crat = cognito_m2m)]
async fn handler3() {}

#[allow_client_ids(gruop = "reporting")]
async fn handler4() {}

#[require_authentication(Error = refuse)]
async fn handler5() {}

#[require_scopes("a", mach: "any")]
async fn handler6() {}

#[scope_map(GET = "a", mach = "any")]
async fn handler7() {}

#[scope_map(GET = "a", eror = refuse)]
async fn handler8() {}

#[require_scopes("a", eror: refuse)]
async fn handler9() {}

#[require_scopes(scopes: read, scope: READ)]
async fn handler10() {}

#[scope_map(GET = "a", mach: "any", eror => refuse)]
async fn handler11() {}

fn main() {}
