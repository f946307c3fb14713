use cognito_m2m::{action_scope_map, require_all_scopes, require_any_scope, require_scopes, scope_map};

#[require_scopes("widgets/raed")]
async fn single() {}

#[require_scopes(any("Widgets/Read", all("openid", "widgets/wriet")))]
async fn nested() {}

#[require_all_scopes("widgets/read", "read")]
async fn without_resource_server() {}

#[require_any_scope("widgets/read", "widgets/delete")]
async fn new() {}

#[scope_map(GET = "widgets/reed", POST = ["widgets/write", "widget/read"])]
async fn per_method() {}

#[require_scopes("admin")]
mod guarded {
    pub async fn list() {}

    pub async fn show() {}
}

#[action_scope_map(list = "widgets/rad", show = any("widgets/read", "opnid"))]
mod per_handler {
    pub async fn list() {}

    pub async fn show() {}
}

fn main() {}
