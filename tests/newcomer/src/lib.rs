//! An API as a new user would write it, with the documentation as the only source.
//!
//! It has every attribute above and below the route attribute, every attribute on a module, rules that
//! are only rehearsed, and the same policies without attributes.

#![forbid(unsafe_code)]

mod above;
mod below;
mod modules;
mod rehearsal;
mod without_attributes;

use actix_web::{HttpRequest, HttpResponse, web};
use cognito_m2m::error::Refusal;

/// The scopes of this API, in one place.
mod scopes {
    use cognito_m2m::scope::Scope;

    pub(crate) const READ: &str = "widgets/read";
    pub(crate) const WRITE: &str = "widgets/write";
    pub(crate) const ADMIN: Scope = Scope::from_static("widgets/admin");
}

/// Why the probes of this API are public.
const NO_TOKEN: &str = "the load balancer has no token";

/// The claims that a pre token generation trigger adds.
mod claims {
    pub(crate) const TENANT: &str = "tenant";
    pub(crate) const STAGING: &str = "staging";
}

#[derive(serde::Deserialize)]
struct TenantClaims {
    tenant: String,
}

/// Registers all routes. The `App` must be wrapped in `CognitoAuth`.
pub fn routes(app: &mut web::ServiceConfig) {
    app.service(web::scope("/above").configure(above::routes))
        .service(web::scope("/below").configure(below::routes))
        .configure(modules::routes)
        .service(web::scope("/rehearsal").configure(rehearsal::routes))
        .configure(without_attributes::routes);
}

/// Responds to refusals as if the route did not exist.
fn not_found(_: &Refusal, _: &HttpRequest) -> HttpResponse {
    HttpResponse::NotFound().finish()
}
