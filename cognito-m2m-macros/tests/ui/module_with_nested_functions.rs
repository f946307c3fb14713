use cognito_m2m::require_scopes;

#[require_scopes("a")]
mod handlers {
    fn configure() {
        async fn list() {}

        if true {
            async unsafe fn create() {}
        }
    }

    struct Routes;

    impl Routes {
        fn configure(&self) {
            async fn erase() {}
        }
    }
}

fn main() {}
