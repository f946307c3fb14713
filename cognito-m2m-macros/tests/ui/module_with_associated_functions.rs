use cognito_m2m::require_scopes;

#[require_scopes("a")]
mod handlers {
    struct Widgets;

    impl Widgets {
        async fn list() {}

        async fn load(&self) {}
    }

    trait Orders {
        async fn list();
    }
}

fn main() {}
