//! Rules that only report the requests that they would refuse.

use actix_web::{HttpResponse, Responder, get, post, web};
use cognito_m2m::{action_scope_map, allow_client_ids, require_scopes, scope_map};

use crate::scopes;

pub(crate) fn routes(scope: &mut web::ServiceConfig) {
    scope
        .service(stock)
        .service(set_stock)
        .service(web::resource("/transfers").to(move_stock))
        .service(suppliers::list)
        .service(returns::list)
        .service(returns::create);
}

#[require_scopes(scopes::READ, danger_report_only)]
#[get("/stock")]
async fn stock() -> impl Responder {
    HttpResponse::Ok()
}

/// The scope is required, and the list of clients is only rehearsed.
#[post("/stock")]
#[require_scopes(scopes::WRITE)]
#[allow_client_ids("sync-worker", group = "reporting", danger_report_only)]
async fn set_stock() -> impl Responder {
    HttpResponse::Ok()
}

#[scope_map(danger_report_only, GET = scopes::READ, POST = scopes::WRITE)]
async fn move_stock() -> impl Responder {
    HttpResponse::Ok()
}

#[allow_client_ids(group = "reporting", danger_report_only)]
mod suppliers {
    use actix_web::{HttpResponse, Responder, get};
    use cognito_m2m::require_scopes;

    use crate::scopes;

    #[get("/suppliers")]
    #[require_scopes(scopes::READ)]
    pub(super) async fn list() -> impl Responder {
        HttpResponse::Ok()
    }
}

#[action_scope_map(list = scopes::READ, create = scopes::WRITE, danger_report_only)]
mod returns {
    use actix_web::{HttpResponse, Responder, get, post};

    #[get("/returns")]
    pub(super) async fn list() -> impl Responder {
        HttpResponse::Ok()
    }

    #[post("/returns")]
    pub(super) async fn create() -> impl Responder {
        HttpResponse::Ok()
    }
}
