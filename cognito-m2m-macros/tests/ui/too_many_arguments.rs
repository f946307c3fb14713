use actix_web::HttpRequest;
use cognito_m2m::{require_authentication, require_scopes};

#[require_authentication]
#[require_scopes("a")]
async fn list(
    _: HttpRequest,
    _: HttpRequest,
    _: HttpRequest,
    _: HttpRequest,
    _: HttpRequest,
    _: HttpRequest,
    _: HttpRequest,
    _: HttpRequest,
    _: HttpRequest,
    _: HttpRequest,
    _: HttpRequest,
    _: HttpRequest,
    _: HttpRequest,
    _: HttpRequest,
    _: HttpRequest,
    _: HttpRequest,
    body: String,
) -> String {
    body
}

fn main() {}
