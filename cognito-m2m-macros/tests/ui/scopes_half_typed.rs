cognito_m2m::scopes! {
    #[resource_server("widgets")]
    mod scopes {
        pub const READ: &str = "read";
        pub const WRITE: &str =
    }

    #[resource_server("gadgets")]
    mod gadgets {
        pub const READ: &str = "read"
        pub const WRITE: &str = "write";
    }
}

fn main() {
    let _ = (scopes::READ, scopes::WRITE, gadgets::READ, gadgets::WRITE);
}
