use actix_web::{get, web};
use cognito_m2m::{require_authentication, require_scopes};

struct Filter;

#[require_scopes("a")]
async fn first(_: web::Path<u8>, _: Filter) {}

#[require_authentication]
#[get("/")]
#[require_scopes("a")]
async fn second(_: Vec<web::Path<u8>>, _: u8) -> &'static str {
    ""
}

#[require_scopes("a")]
mod widgets {
    async fn load(id: u8) -> u8 {
        id
    }
}

fn main() {
    drop(web::get().to(first));
}
