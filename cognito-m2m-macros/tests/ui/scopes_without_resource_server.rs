cognito_m2m::scopes! {
    /// The scopes of the widgets API.
    pub mod scopes {
        pub const READ: &str = "read";
    }
}

#[cognito_m2m::require_scopes(scopes::READ)]
async fn handler() {}

fn main() {}
