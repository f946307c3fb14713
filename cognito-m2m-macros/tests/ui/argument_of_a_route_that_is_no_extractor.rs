use actix_web::{get, web};
use cognito_m2m::require_scopes;

struct Filter;

#[get("/widgets")]
#[require_scopes("a")]
async fn above(_: web::Path<u8>, _: Filter) -> String {
    String::new()
}

#[require_scopes("a")]
async fn mounted(_: Filter) -> String {
    String::new()
}

fn main() {
    drop(web::get().to(mounted));
}
