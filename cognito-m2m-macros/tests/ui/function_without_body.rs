use cognito_m2m::require_scopes;

trait Widgets {
    #[require_scopes("a")]
    async fn list();
}

fn main() {}
