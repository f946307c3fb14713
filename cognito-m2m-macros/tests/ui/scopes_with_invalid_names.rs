cognito_m2m::scopes! {
    #[resource_server("widgets")]
    mod scopes {
        pub const EMPTY: &str = "";
        pub const SPACE: &str = "read all";
        pub const QUOTE: &str = "re\"ad";
        pub const UMLAUT: &str = "lösen";
        pub const SLASH: &str = "read/all";
        pub const FULL: &str = "widgets/read";
    }
}

#[cognito_m2m::require_scopes(scopes::FULL, scopes::SPACE)]
async fn handler() {}

fn main() {}
