use cognito_m2m::require_scopes;

#[require_scopes("widgets/raed widgets/write")]
async fn two_words() {}

#[require_scopes("widgets/read,widgets/write")]
async fn separated() {}

cognito_m2m::scopes! {
    #[resource_server("widgets")]
    mod scopes {
        pub const READ: &str = "raed";
    }
}

#[require_scopes(scopes::READ)]
async fn constant() {}

fn main() {}
