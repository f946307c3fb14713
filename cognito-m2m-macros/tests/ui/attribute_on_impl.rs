use cognito_m2m::require_scopes;

struct Widgets;

#[require_scopes("a")]
impl Widgets {
    async fn list() {}
}

#[require_scopes("a")]
trait Service {
    async fn list();
}

fn main() {}
