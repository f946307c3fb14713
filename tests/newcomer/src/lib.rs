//! An API as its first user writes it, from the README and the crate's pages alone: every attribute
//! above and below the route attribute, on modules, and the same rules without attributes.

#![forbid(unsafe_code)]

mod above;
mod below;
mod modules;
mod without_attributes;

use actix_web::{HttpRequest, HttpResponse, web};
use cognito_m2m::error::Refusal;

/// The scopes of this API, in one place.
mod scopes {
    pub(crate) const READ: &str = "widgets/read";
    pub(crate) const WRITE: &str = "widgets/write";
    pub(crate) const ADMIN: &str = "widgets/admin";
}

/// Mounts everything; `CognitoAuth` wraps the `App`.
pub fn routes(app: &mut web::ServiceConfig) {
    app.service(web::scope("/above").configure(above::routes))
        .service(web::scope("/below").configure(below::routes))
        .configure(modules::routes)
        .configure(without_attributes::routes);
}

/// Nobody learns that there are secrets.
fn not_found(_: &Refusal, _: &HttpRequest) -> HttpResponse {
    HttpResponse::NotFound().finish()
}
