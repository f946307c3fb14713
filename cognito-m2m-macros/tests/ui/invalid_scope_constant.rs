use cognito_m2m::require_scopes;

mod scopes {
    pub const TWO: &str = "widgets/read widgets/write";
}

#[require_scopes(scopes::TWO)]
async fn handler() {}

fn main() {}
