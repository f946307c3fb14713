use cognito_m2m::{require_scopes, scope_map};

#[require_scopes("widgets/read")]
async fn list() {}

#[scope_map(GET = "widgets/read")]
mod widgets {
    pub async fn show() {}
}

cognito_m2m::scopes! {
    #[resource_server("widgets")]
    mod scopes {
        pub const READ: &str = "read";
    }
}

fn main() {
    // The functions and the constants exist nevertheless.
    let _ = (list(), widgets::show(), scopes::READ);
}
