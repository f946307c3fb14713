use actix_web::get;
use cognito_m2m::require_scopes;

struct Widgets;

impl Widgets {
    #[require_scopes("a")]
    #[get("/widgets")]
    async fn list(&self) {}
}

fn main() {}
