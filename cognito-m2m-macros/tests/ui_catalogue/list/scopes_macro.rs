cognito_m2m::scopes! {
    #[resource_server("widgets")]
    mod widgets {
        pub const READ: &str = "raed";
        pub const WRITE: &str = "write";
        pub const DELETE: &str = "delete";
    }

    #[resource_server("https://sale.example.com")]
    mod sales {
        pub const ADMIN: &str = "admin";
    }
}

#[cognito_m2m::require_scopes(widgets::READ)]
async fn handler() {}

fn main() {}
