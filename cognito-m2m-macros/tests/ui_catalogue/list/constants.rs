use cognito_m2m::scope::Scope;
use cognito_m2m::{require_scopes, scope_map};

mod scopes {
    pub const RAED: &str = "widgets/raed";
}
const WRIET: Scope = Scope::from_static("widgets/wriet");
const DELETE: &Scope = &Scope::from_static("widgets/delete");

#[require_scopes(scopes::RAED)]
async fn text() {}

#[require_scopes(any("widgets/read", WRIET))]
async fn scope() {}

#[scope_map(GET = "widgets/read", POST = DELETE)]
async fn per_method() {}

#[require_scopes(scopes::RAED)]
mod guarded {
    pub async fn list() {}
}

fn main() {}
