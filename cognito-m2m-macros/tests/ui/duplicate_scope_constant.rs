use cognito_m2m::require_any_scope;

mod scopes {
    pub const READ: &str = "widgets/read";
}

#[require_any_scope(scopes::READ, scopes::READ)]
async fn handler() {}

fn main() {}
