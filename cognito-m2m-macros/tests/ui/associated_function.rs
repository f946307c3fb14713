use cognito_m2m::require_scopes;

struct Widgets;

impl Widgets {
    #[require_scopes("a")]
    async fn list() {}
}

fn main() {}
