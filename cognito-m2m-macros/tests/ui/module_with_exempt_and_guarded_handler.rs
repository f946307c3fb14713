use cognito_m2m::require_scopes;

#[require_scopes("a")]
mod handlers {
    #[public(reason = "a probe")]
    #[cognito_m2m::require_authentication]
    async fn health() {}
}

fn main() {}
