use cognito_m2m::action_scope_map;

#[action_scope_map]
mod handlers {
    async fn list() {}
}

fn main() {}
