use cognito_m2m::action_scope_map;

#[action_scope_map(list = "a", load = "b", health = "c", described = "d")]
mod widgets {
    async fn list() {}

    #[helper]
    async fn load() {}

    #[public(reason = "a probe")]
    async fn health() {}

    fn described() {}
}

fn main() {}
