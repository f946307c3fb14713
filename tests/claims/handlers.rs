//! The handlers of these tests.

use actix_web::{HttpRequest, HttpResponse, Responder, get, web};
use cognito_m2m::error::Refusal;
use cognito_m2m::policy::Denial;
use cognito_m2m::{Policy, ServicePrincipal, require_claim, require_scopes};

mod claims {
    pub(super) const ENVIRONMENT: &str = "environment";
    pub(super) const STAGING: &str = "staging";
    pub(super) const IS_INTERNAL: bool = true;
    pub(super) const SMALL: u8 = 200;
    pub(super) const NEGATIVE: i64 = i64::MIN;
    pub(super) const GREATEST: u64 = u64::MAX;
    pub(super) const TENANT_ID: &str = "tenant_id";
}

pub(crate) const OWN_TENANT: Policy = Policy::claim_equals_path("tenant", "tenant_id");

#[get("/string")]
#[require_claim("environment" = "prod")]
async fn string() -> impl Responder {
    "ok"
}

#[require_claim("environment" = ["prod", claims::STAGING, 7, false])]
#[get("/list")]
async fn list() -> impl Responder {
    "ok"
}

#[get("/boolean")]
#[require_claim("internal" = true)]
async fn boolean() -> impl Responder {
    "ok"
}

#[get("/integer")]
#[require_claim("level" = 3)]
async fn integer() -> impl Responder {
    "ok"
}

#[get("/zero")]
#[require_claim("level" = 0)]
async fn zero() -> impl Responder {
    "ok"
}

#[get("/beyond-f64")]
#[require_claim("level" = 9_007_199_254_740_993)]
async fn beyond_f64() -> impl Responder {
    "ok"
}

#[get("/least")]
#[require_claim("level" = -9223372036854775808)]
async fn least() -> impl Responder {
    "ok"
}

#[get("/greatest")]
#[require_claim("level" = 18446744073709551615)]
async fn greatest() -> impl Responder {
    "ok"
}

#[get("/constants")]
#[require_claim(
    claims::ENVIRONMENT = claims::STAGING,
    "internal" = claims::IS_INTERNAL,
    "level" = [claims::SMALL, claims::NEGATIVE, claims::GREATEST],
)]
async fn constants() -> impl Responder {
    "ok"
}

#[get("/dotted")]
#[require_claim("address.city" = "Paris")]
async fn dotted() -> impl Responder {
    "ok"
}

#[get("/stacked")]
#[require_claim("environment" = "prod")]
#[require_scopes("widgets/read")]
#[require_claim("internal" = true)]
async fn stacked() -> impl Responder {
    "ok"
}

#[require_claim("environment" = "prod")]
async fn reads_a_body(body: web::Json<u64>) -> impl Responder {
    body.to_string()
}

fn answer_418(refusal: &Refusal, _: &HttpRequest) -> HttpResponse {
    HttpResponse::ImATeapot().body(refusal.reason())
}

#[require_claim("environment" = "prod", error = answer_418)]
async fn custom_refusal() -> impl Responder {
    "ok"
}

#[require_claim("tenant", equals_path = "tenant_id")]
#[get("/above/{tenant_id}")]
async fn above() -> impl Responder {
    "ok"
}

#[get("/below/{tenant_id}/widgets/{id}")]
#[require_claim("environment" = "prod", "tenant", equals_path = claims::TENANT_ID)]
async fn below() -> impl Responder {
    "ok"
}

/// Echoes the path parameter, as Actix decodes it for handlers.
#[require_claim("tenant", equals_path = "tenant_id")]
async fn echo(tenant_id: web::Path<String>) -> impl Responder {
    tenant_id.into_inner()
}

#[require_claim("tenant", equals_path = "tenant_id")]
async fn without_body() -> impl Responder {
    "ok"
}

#[require_claim("tenant", equals_path = "tenant_id")]
mod module {
    use actix_web::{Responder, get};

    #[get("/module/{tenant_id}")]
    pub(super) async fn guarded() -> impl Responder {
        "ok"
    }
}

#[require_claim(claims::ENVIRONMENT = claims::STAGING)]
mod constants_of_a_module {
    pub(super) mod inner {
        pub(in super::super) async fn guarded() -> &'static str {
            "ok"
        }
    }
}

async fn authorizes(principal: ServicePrincipal) -> Result<impl Responder, Denial> {
    principal.authorize(&Policy::claim("environment", "prod"))?;
    Ok("ok")
}

async fn authorizes_path(
    principal: ServicePrincipal,
    _: web::Path<String>,
) -> Result<impl Responder, Denial> {
    principal.authorize(&OWN_TENANT)?;
    Ok("ok")
}

pub(crate) async fn ok() -> impl Responder {
    "ok"
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    values(config);
    paths(config);
    config
        .service(stacked)
        .route("/body", web::post().to(reads_a_body))
        .route("/custom-refusal", web::get().to(custom_refusal))
        .route("/authorizes", web::get().to(authorizes))
        .route("/authorizes/{tenant_id}", web::get().to(authorizes_path));
}

fn values(config: &mut web::ServiceConfig) {
    config
        .service(string)
        .service(list)
        .service(boolean)
        .service(integer)
        .service(zero)
        .service(beyond_f64)
        .service(least)
        .service(greatest)
        .service(constants)
        .service(dotted)
        .route(
            "/module-constants",
            web::get().to(constants_of_a_module::inner::guarded),
        );
}

fn paths(config: &mut web::ServiceConfig) {
    config
        .service(above)
        .service(below)
        .service(module::guarded)
        .route("/t/{tenant_id}", web::get().to(echo))
        .route("/no-parameter", web::get().to(without_body))
        .route("/other/{tenant}", web::get().to(without_body))
        .route("/tail/{tenant_id}*", web::get().to(without_body))
        .route("/digits/{tenant_id:\\d+}", web::get().to(without_body))
        .service(web::scope("/scope/{tenant_id}").route("/widgets", web::get().to(without_body)));
}
