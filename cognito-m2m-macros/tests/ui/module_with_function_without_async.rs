use cognito_m2m::require_scopes;

#[require_scopes("a")]
mod handlers {
    #[cfg_attr(any(), actix_web::get("/"))]
    fn list() {}
}

fn main() {}
