use cognito_m2m::require_scopes;

#[require_scopes("a")]
mod handlers {
    #[public]
    async fn health() {}

    #[public(reason = " ")]
    async fn ready() {}

    #[helper(reason = "none")]
    async fn load() {}
}

fn main() {}
