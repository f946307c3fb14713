//! Handlers with all kinds of signatures compile without warnings, and Actix accepts them.
#![deny(warnings, clippy::all, clippy::pedantic, missing_docs, unreachable_pub)]
#![deny(missing_debug_implementations, unused_qualifications, rust_2018_idioms)]
#![forbid(unsafe_code)]

use std::fmt::Display;

use actix_web::{App, Error, HttpRequest, HttpResponse, Responder, Result, get, post, route, web};
use cognito_m2m::{
    allow_client_ids, require_any_scope, require_authentication, require_scopes, scope_map,
};

#[get("/below")]
#[require_scopes("a")]
async fn below() -> impl Responder {
    HttpResponse::Ok()
}

#[require_scopes("a")]
#[get("/above")]
async fn above() -> impl Responder {
    HttpResponse::Ok()
}

/// A handler.
#[require_scopes("a")]
#[post("/around")]
#[allow_client_ids("id1")]
#[require_any_scope("b", "c")]
pub(crate) async fn around(body: String) -> Result<String, Error> {
    Ok(body)
}

#[scope_map(GET = "a", POST = "b")]
#[route("/route", method = "GET", method = "HEAD", method = "POST")]
async fn route_above(_: HttpRequest) -> &'static str {
    "x"
}

#[route("/route-below", method = "GET", method = "PURGE")]
#[scope_map(GET = "a", PUT = "b")]
async fn route_below(mut body: String) -> String {
    body.push('x');
    body
}

#[scope_map(GET = "a", POST = "b")]
#[actix_web::routes]
#[get("/routes/1")]
#[post("/routes/2")]
async fn several_routes() -> &'static str {
    "x"
}

#[actix_web::routes]
#[get("/routes-below/1")]
#[require_authentication]
#[post("/routes-below/2")]
async fn several_routes_below() -> &'static str {
    "x"
}

#[require_scopes("a")]
async fn generic<T>(state: web::Data<T>) -> String
where
    T: Display + 'static,
{
    state.to_string()
}

#[require_scopes("a")]
async fn destructured(web::Json((first, _)): web::Json<(u8, u8)>) -> String {
    first.to_string()
}

#[require_scopes("a")]
async fn borrowed(name: web::Path<std::borrow::Cow<'_, str>>) -> String {
    name.to_string()
}

#[expect(
    dead_code,
    clippy::unused_async,
    reason = "rustc can't infer the type of the first argument, so it is not mounted"
)]
#[require_scopes("a")]
async fn opaque(_: impl actix_web::FromRequest + 'static, body: String) -> String {
    body
}

#[require_scopes("a")]
async fn conditional_arguments(
    #[cfg(any())] _: u8,
    #[cfg(not(any()))] _: HttpRequest,
    #[allow(unused)] body: String,
) -> String {
    body
}

#[require_scopes("a")]
async fn combined((_, body): (HttpRequest, String), _: Option<web::Path<u8>>) -> String {
    body
}

#[require_scopes("a")]
async fn raw_names(r#type: String) -> String {
    r#type
}

#[require_scopes("a")]
async fn r#match() -> &'static str {
    "x"
}

#[require_scopes("a")]
async fn seven(
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

#[require_authentication]
#[require_scopes("a")]
#[allow(clippy::too_many_arguments)]
#[allow_client_ids("id1")]
async fn sixteen(
    mut body: String,
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
) -> String {
    body.push('x');
    body
}

#[tracing::instrument]
#[require_scopes("a")]
async fn traced_above(body: String) -> String {
    body
}

#[require_scopes("a")]
#[tracing::instrument(skip_all)]
#[get("/traced")]
async fn traced_below(body: String) -> String {
    body
}

const READ: &str = "widgets/read";

macro_rules! handler {
    ($visibility:vis $name:ident, $scope:literal, $constant:path, $type:ty) => {
        #[require_scopes($scope, $constant, any("b", "c"))]
        #[scope_map(GET = $constant)]
        $visibility async fn $name(body: $type) -> $type {
            body
        }
    };
}

macro_rules! handler_with_body {
    ($name:ident, $body:block) => {
        #[require_scopes("a")]
        #[scope_map(GET = "a")]
        async fn $name() -> &'static str $body
    };
}

handler_with_body!(with_body_of_a_macro, { "x" });

mod generated {
    use super::{require_scopes, scope_map};

    handler!(pub(crate) by_a_macro, "a", super::READ, String);
}

#[test]
fn actix_accepts_every_handler() {
    let _ = App::new()
        .service((
            below,
            above,
            around,
            route_above,
            route_below,
            several_routes,
            several_routes_below,
            traced_below,
        ))
        .route("/traced", web::get().to(traced_above))
        .route("/generated", web::get().to(generated::by_a_macro))
        .route("/body", web::get().to(with_body_of_a_macro))
        .route("/generic", web::get().to(generic::<u8>))
        .route("/destructured", web::get().to(destructured))
        .route("/borrowed", web::get().to(borrowed))
        .route("/conditional", web::get().to(conditional_arguments))
        .route("/combined", web::get().to(combined))
        .route("/raw", web::get().to(raw_names))
        .route("/match", web::get().to(r#match))
        .route("/seven", web::get().to(seven))
        .service(web::resource("/sixteen").route(web::get().to(sixteen)));
}

#[expect(
    dead_code,
    reason = "rustc warns about an unused handler, and not about the generated items"
)]
#[require_scopes("a")]
async fn never_mounted() {
    std::future::ready(()).await;
}
