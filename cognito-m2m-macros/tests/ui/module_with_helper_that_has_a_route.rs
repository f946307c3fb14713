use cognito_m2m::require_scopes;

#[require_scopes("a")]
mod handlers {
    #[helper]
    #[actix_web::get("/")]
    async fn health() -> &'static str {
        ""
    }
}

fn main() {}
