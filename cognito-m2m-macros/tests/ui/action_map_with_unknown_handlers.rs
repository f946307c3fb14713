use cognito_m2m::action_scope_map;

#[action_scope_map(list = "a", create = "b", load = "c")]
mod handlers {
    async fn list() {}

    #[helper]
    async fn load() {}
}

fn main() {}
