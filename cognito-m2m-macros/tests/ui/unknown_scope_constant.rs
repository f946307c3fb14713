use cognito_m2m::require_scopes;

mod scopes {
    pub const READ: &str = "widgets/read";
}

#[require_scopes(scopes::WRITE)]
async fn handler() {}

fn main() {}
