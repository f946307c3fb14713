cognito_m2m::scopes! {
    #[resource_server("widgets")]
    mod scopes {
        pub const READ: &str = "read";
        pub const READ: &str = "write";
        pub const ALL: &str = "all";
    }
}

fn main() {}
