//! Policies without attributes: as the middleware of a scope, as a guard, and in a handler; and public
//! routes.

use actix_web::{HttpResponse, Responder, web};
use cognito_m2m::policy::{Denial, ScopeRule};
use cognito_m2m::scope::Scope;
use cognito_m2m::{Policy, PublicRoutes, ServicePrincipal};

const ADMIN: Policy = Policy::scope_rule(ScopeRule::Scope(Scope::from_static("widgets/admin")));
const OWN_TENANT: Policy = Policy::claim_equals_path("tenant", "tenant_id");

pub(crate) fn routes(app: &mut web::ServiceConfig) {
    app.service(
        web::scope("/wrapped")
            .wrap(ADMIN)
            .route("/statistics", web::get().to(statistics)),
    )
    .service(
        web::scope("/routed")
            .guard(ADMIN)
            .wrap(PublicRoutes::because("the guard of the scope decides"))
            .route("/statistics", web::get().to(statistics)),
    )
    .service(web::resource("/authorized/{widget}").get(show_widget))
    .service(
        web::scope("/documents")
            .wrap(PublicRoutes::because(
                "the documents are on our website too",
            ))
            .route("/terms", web::get().to(HttpResponse::Ok)),
    )
    .service(
        web::resource("/about")
            .wrap(PublicRoutes::because("a version number"))
            .get(HttpResponse::Ok),
    )
    .service(
        web::resource("/wrapped-tenants/{tenant_id}")
            .wrap(OWN_TENANT)
            .wrap(Policy::claim_one_of("environment", ["prod", "staging"]))
            .get(statistics),
    );
}

async fn statistics() -> impl Responder {
    HttpResponse::Ok()
}

/// The policy depends on the widget, which an attribute cannot express.
async fn show_widget(
    principal: ServicePrincipal,
    widget: web::Path<String>,
) -> Result<impl Responder, Denial> {
    if widget.as_str() == "crown" {
        principal.authorize(&ADMIN)?;
    }
    Ok(HttpResponse::Ok())
}
