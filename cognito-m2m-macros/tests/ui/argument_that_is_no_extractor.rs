use actix_web::web;
use cognito_m2m::{require_authentication, require_scopes};

struct Filter;

#[require_scopes("a")]
async fn first(_: web::Path<u8>, _: Filter) {}

#[require_authentication]
#[require_scopes("a")]
async fn second(mut ids: Vec<web::Path<u8>>, web::Json(_): web::Json<String>, (_, _): (u8, String)) {
    ids.clear();
}

#[require_scopes("a")]
mod widgets {
    async fn load(id: u8) -> u8 {
        id
    }
}

fn main() {}
