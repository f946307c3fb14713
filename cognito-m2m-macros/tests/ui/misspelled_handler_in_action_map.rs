use cognito_m2m::action_scope_map;

#[action_scope_map(lst = "a", create = "b", purge = "c", mach = "any", GET = "d")]
mod widgets {
    async fn list() {}

    async fn create() {}

    mod admin {
        async fn purge() {}
    }
}

fn main() {}
