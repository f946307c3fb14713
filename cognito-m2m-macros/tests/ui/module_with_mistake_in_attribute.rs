use cognito_m2m::require_scopes;

#[require_scopes("a b")]
mod handlers {
    #[helper]
    async fn load() {}

    async fn list() {}
}

fn main() {}
