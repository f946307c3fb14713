cognito_m2m::scopes! {
    READ = "read";

    #[resource_server("widgets")]
    mod scopes {
        READ = "read";
        pub static WRITE: &str = "write";
        pub const fn list() {}
        pub const READ: &str = "read";
    }
}

cognito_m2m::scopes! {
    resource_server = "widgets";
    pub const READ: &str = "read";
}

cognito_m2m::scopes! {
    #[resource_server("widgets")]
    mod file;
}

cognito_m2m::scopes! {}

cognito_m2m::scopes! {
    #[resource_server("widgets")]
    mod empty {}
}

fn main() {
    let _ = scopes::READ;
}
