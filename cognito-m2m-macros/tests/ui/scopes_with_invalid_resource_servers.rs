cognito_m2m::scopes! {
    #[resource_server("")]
    mod empty {
        pub const READ: &str = "read";
    }

    #[resource_server("my widgets")]
    mod space {
        pub const READ: &str = "read";
    }
}

fn main() {}
