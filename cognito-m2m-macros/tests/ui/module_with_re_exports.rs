use cognito_m2m::require_scopes;

#[require_scopes("a")]
mod handlers {
    pub use std::string::String;
    pub(crate) use std::vec::Vec;
}

fn main() {}
