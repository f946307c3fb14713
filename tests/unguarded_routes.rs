//! The setting `unguarded_routes`: which routes count as guarded or public, and what happens to the
//! responses of the others.

use actix_web::{HttpResponse, Responder, web};
use cognito_m2m::settings::UnguardedRoutes;
use cognito_m2m_tests::{Answer, ApiFixture, Routes};

mod guards;
mod log;
mod nested;
mod no_guards;
mod open_ways;
mod public;
mod responses;

/// Serves the routes with `deny`.
async fn deny(routes: Routes) -> ApiFixture {
    ApiFixture::with_settings(routes, |settings| {
        settings.unguarded_routes(UnguardedRoutes::Deny)
    })
    .await
}

fn assert_denied(answer: &Answer, route: &str) {
    assert_eq!(answer.status, 500, "{route}");
    assert_eq!(answer.detail(), "Internal server error.", "{route}");
}

async fn open() -> impl Responder {
    HttpResponse::Ok()
        .insert_header(("x-secret", "header"))
        .body("secret")
}

fn open_at(path: &'static str) -> impl FnOnce(&mut web::ServiceConfig) {
    move |app| {
        app.route(path, web::to(open));
    }
}
