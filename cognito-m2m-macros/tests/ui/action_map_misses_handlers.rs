use cognito_m2m::action_scope_map;

#[action_scope_map(list = "a")]
mod handlers {
    async fn list() {}

    async fn create() {}

    mod admin {
        async fn list() {}
    }
}

fn main() {}
