cognito_m2m::scopes! {
    #[resource_server("widgets")]
    mod scopes {
        pub const READ: &str = "read";
        pub const LIST: &str = "read";
    }

    #[resource_server("widgets")]
    mod more {
        pub const SHOW: &str = "read";
        // Only one of these exists.
        #[cfg(unix)]
        pub const WRITE: &str = "write";
        #[cfg(not(unix))]
        pub const WRITE: &str = "write";
    }
}

fn main() {}
