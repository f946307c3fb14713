use cognito_m2m::require_scopes;

const TWO: &str = "a b";

#[require_scopes(TWO)]
mod handlers {
    async fn list() {}

    async fn create() {}
}

fn main() {}
