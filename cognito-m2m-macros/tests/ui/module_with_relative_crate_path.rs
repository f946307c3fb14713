use cognito_m2m::require_scopes;

use cognito_m2m as auth;

#[require_scopes("a", crate = auth)]
mod handlers {
    async fn list() {}
}

fn main() {}
