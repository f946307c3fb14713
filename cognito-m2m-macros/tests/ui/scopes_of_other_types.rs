cognito_m2m::scopes! {
    #[resource_server("widgets")]
    mod scopes {
        pub const NUMBER: u32 = 5;
        pub const STRING: String = "string";
        pub const VALUE: &str = 5;
        pub const BYTES: &str = b"bytes";
        pub const MACRO: &str = concat!("re", "ad");
        pub const UNTYPED = "untyped";
        pub const PATH: &str = OTHER;
        pub const READ: &str = "read";
    }
}

fn main() {
    let _ = (scopes::NUMBER, scopes::VALUE, scopes::UNTYPED, scopes::READ);
}
