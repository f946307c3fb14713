//! The same rules as values: around a scope, for routing, and asked in a handler.

use actix_web::{HttpResponse, Responder, web};
use cognito_m2m::policy::{Denial, ScopeRule};
use cognito_m2m::scope::Scope;
use cognito_m2m::{Policy, ServicePrincipal};

const ADMIN: Policy = Policy::scope_rule(ScopeRule::Scope(Scope::from_static("widgets/admin")));

pub(crate) fn routes(app: &mut web::ServiceConfig) {
    app.service(
        web::scope("/wrapped")
            .wrap(ADMIN)
            .route("/statistics", web::get().to(statistics)),
    )
    .service(
        web::scope("/routed")
            .guard(ADMIN)
            .route("/statistics", web::get().to(statistics)),
    )
    .service(web::resource("/asked/{widget}").get(asked));
}

async fn statistics() -> impl Responder {
    HttpResponse::Ok()
}

/// What is asked depends on the widget, so no attribute can say it.
async fn asked(
    principal: ServicePrincipal,
    widget: web::Path<String>,
) -> Result<impl Responder, Denial> {
    if widget.as_str() == "crown" {
        principal.authorize(&ADMIN)?;
    }
    Ok(HttpResponse::Ok())
}
