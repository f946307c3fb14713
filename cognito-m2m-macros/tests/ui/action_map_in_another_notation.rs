use cognito_m2m::action_scope_map;

#[action_scope_map(list: "a", admin::purge => "b", create("c"), delete, match: "any")]
mod widgets {
    async fn list() {}

    async fn create() {}

    async fn delete() {}

    mod admin {
        async fn purge() {}
    }
}

fn main() {}
