//! The routes of apps, with their guards.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Responder, get, guard, route, routes};
use cognito_m2m::inventory::{Access, AppRoutes, Inventory};
use cognito_m2m::{
    Policy, PublicRoutes, RequestPrincipal, ServicePrincipal, allow_client_ids, require_any_scope,
    require_authentication, require_scopes, scope_map,
};

#[require_scopes("widgets/read")]
#[get("/widgets")]
async fn list() -> impl Responder {
    HttpResponse::Ok()
}

#[get("/below/{id}")]
#[require_scopes("widgets/read")]
#[allow_client_ids(group = "ops")]
async fn below() -> impl Responder {
    HttpResponse::Ok()
}

#[scope_map(GET = "widgets/read", PURGE = "widgets/admin")]
#[route("/cache", method = "GET", method = "PURGE")]
async fn cache() -> impl Responder {
    HttpResponse::Ok()
}

#[require_authentication]
#[routes]
#[get("/a")]
#[get("/b")]
async fn twice() -> impl Responder {
    HttpResponse::Ok()
}

#[require_authentication]
mod module {
    use super::*;

    #[require_any_scope("reports/read", "reports/admin")]
    pub(super) async fn stacked() -> impl Responder {
        HttpResponse::Ok()
    }

    #[get("/formats")]
    #[public(reason = "part of the documentation")]
    pub(super) async fn formats() -> impl Responder {
        HttpResponse::Ok()
    }
}

async fn extracted(_: ServicePrincipal) -> impl Responder {
    HttpResponse::Ok()
}

async fn bare() -> impl Responder {
    HttpResponse::Ok()
}

async fn panics() -> HttpResponse {
    panic!("a handler without its data")
}

async fn missing() -> HttpResponse {
    HttpResponse::NotFound().finish()
}

async fn optional(request: actix_web::HttpRequest) -> impl Responder {
    format!("{}", request.is_machine_authenticated())
}

fn api(app: &mut ServiceConfig) {
    app.service(list)
        .service(below)
        .service(cache)
        .service(twice)
        .service(
            web::scope("/reports")
                .wrap(Policy::scope("reports/any"))
                .route("/stacked", web::post().to(module::stacked))
                .route("/wrapped", web::get().to(bare))
                .service(module::formats),
        )
        .service(
            web::scope("/health")
                .wrap(PublicRoutes::because("probes have no token"))
                .route("/live", web::get().to(bare)),
        )
        .route("/extracted", web::get().to(extracted))
        .route("/closure", web::get().to(|| async { "closure" }))
        .route("/panics", web::get().to(panics))
        .route("/missing/{id}", web::get().to(missing))
        .route("/optional", web::get().to(optional))
        .service(
            web::resource("/header")
                .guard(guard::Header("x-version", "2"))
                .get(module::stacked),
        )
        .service(
            web::resource("/default")
                .get(twice_again)
                .default_service(web::to(extracted)),
        )
        .service(web::scope("/open").default_service(web::to(bare)));
}

#[require_authentication]
async fn twice_again() -> impl Responder {
    HttpResponse::Ok()
}

/// Returns a line for each endpoint.
fn lines(inventory: &Inventory) -> Vec<String> {
    let mut lines = Vec::new();
    for route in inventory {
        let access = match &route.access {
            Access::Guarded(guards) => guards
                .iter()
                .map(|guard| format!("{:?}", guard.source))
                .collect::<Vec<_>>()
                .join("+"),
            Access::Public { reason } => format!("public: {}", reason.as_deref().unwrap_or("?")),
            access => format!("{access:?}"),
        };
        let handler = route.handler.as_deref().unwrap_or("-");
        let handler = handler.replace("inventory::app::", "");
        for endpoint in &route.endpoints {
            let (method, path) = (&endpoint.method, &endpoint.path);
            lines.push(format!("{method} {path} {access} {handler}"));
        }
    }
    lines.sort();
    lines
}

#[test]
fn app_is_listed_with_the_guard_of_every_endpoint() {
    let inventory = AppRoutes::new(api).list().expect("an inventory");
    let expected = "\
DELETE /default Extractor -
DELETE /open/(default) Unguarded -
GET /a Attribute twice
GET /b Attribute twice
GET /below/{id} Attribute+Attribute below
GET /cache Attribute cache
GET /closure Unguarded -
GET /default Attribute twice_again
GET /extracted Extractor -
GET /header Attribute+Attribute module::stacked
GET /health/live public: probes have no token -
GET /missing/{id} Unguarded -
GET /open/(default) Unguarded -
GET /optional Unguarded -
GET /panics Unguarded -
GET /reports/formats Wrap module::formats
GET /reports/wrapped Wrap -
GET /widgets Attribute list
HEAD /default Extractor -
HEAD /open/(default) Unguarded -
OPTIONS /default Extractor -
OPTIONS /open/(default) Unguarded -
PATCH /default Extractor -
PATCH /open/(default) Unguarded -
POST /default Extractor -
POST /open/(default) Unguarded -
POST /reports/stacked Wrap+Attribute+Attribute module::stacked
PURGE /cache Attribute cache
PUT /default Extractor -
PUT /open/(default) Unguarded -";
    assert_eq!(lines(&inventory).join("\n"), expected);
}
