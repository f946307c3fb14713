//! The attributes in a package that renames the dependency.

use actix_web::dev::HttpServiceFactory;
use actix_web::{HttpResponse, Responder, get};
use auth::{allow_client_ids, require_scopes, scope_map};

#[get("/widgets")]
#[require_scopes("widgets/read", any("a", "b"))]
#[scope_map(GET = "widgets/read")]
#[allow_client_ids("id1", group = "reporting")]
async fn list() -> impl Responder {
    HttpResponse::Ok()
}

/// Returns the service of the handler.
pub fn services() -> impl HttpServiceFactory + 'static {
    list
}

/// A module of handlers.
#[auth::require_authentication]
pub mod api {
    /// A handler.
    pub async fn status() -> &'static str {
        "up"
    }

    /// A public handler, without an import.
    #[public(reason = "a probe")]
    pub async fn live() -> &'static str {
        "up"
    }
}

/// A public handler.
#[auth::public(reason = "a probe")]
pub async fn ready() -> &'static str {
    "up"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attributes_find_the_renamed_crate() {
        drop(actix_web::App::new().service(services()));
        drop(actix_web::web::get().to(api::status));
        drop(actix_web::web::get().to(api::live).to(ready));
        assert_eq!(auth::policy::guarded_handlers().count(), 4);
    }
}
