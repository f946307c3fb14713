//! Attributes on modules, which guard every handler in the module in addition to its own attributes.

use actix_web::web;
use cognito_m2m::{
    action_scope_map, allow_client_ids, require_all_scopes, require_any_scope,
    require_authentication, require_claim, require_scopes, scope_map,
};

use crate::{claims, not_found, scopes};

pub(crate) fn routes(app: &mut web::ServiceConfig) {
    app.service(reports::monthly)
        .service(reports::yearly)
        .service(reports::health)
        .service(reports::version)
        .service(reports::archive::oldest)
        .configure(reports::routes)
        .service(web::resource("/module-parts").get(parts::list))
        .service(web::resource("/module-prices").get(prices::list))
        .service(web::resource("/module-orders").get(orders::list))
        .service(widgets::list)
        .service(widgets::create)
        .service(secrets::show)
        .service(actions::list)
        .service(actions::create)
        .service(actions::retire)
        .service(actions::admin::purge)
        .service(tenants::show)
        .service(tenants::parts::list);
}

#[require_authentication]
mod reports {
    use actix_web::{HttpResponse, Responder, get, web};
    use cognito_m2m::require_scopes;

    use crate::scopes;

    #[require_scopes(scopes::READ)]
    #[get("/reports/monthly")]
    pub(super) async fn monthly() -> impl Responder {
        HttpResponse::Ok().body(title("monthly").await)
    }

    #[get("/reports/yearly")]
    #[require_scopes(scopes::READ)]
    pub(super) async fn yearly() -> impl Responder {
        HttpResponse::Ok().body(title("yearly").await)
    }

    #[public(reason = "the load balancer has no token")]
    #[get("/reports/health")]
    pub(super) async fn health() -> impl Responder {
        HttpResponse::Ok()
    }

    #[get("/reports/version")]
    #[public(reason = "the support team has no token")]
    pub(super) async fn version() -> impl Responder {
        HttpResponse::Ok()
    }

    async fn latest() -> impl Responder {
        HttpResponse::Ok()
    }

    #[helper]
    async fn title(name: &str) -> String {
        format!("{name} report")
    }

    pub(super) fn routes(app: &mut web::ServiceConfig) {
        app.route("/reports/latest", web::get().to(latest));
    }

    pub(super) mod archive {
        use actix_web::{HttpResponse, Responder, get};

        #[get("/reports/archive/oldest")]
        pub(in super::super) async fn oldest() -> impl Responder {
            HttpResponse::Ok()
        }
    }
}

#[require_scopes(any(scopes::ADMIN, all(scopes::READ, "parts/read")))]
mod parts {
    use actix_web::{HttpResponse, Responder};

    pub(super) async fn list() -> impl Responder {
        HttpResponse::Ok()
    }
}

#[require_any_scope("prices/read", scopes::ADMIN)]
mod prices {
    use actix_web::{HttpResponse, Responder};

    pub(super) async fn list() -> impl Responder {
        HttpResponse::Ok()
    }
}

#[require_all_scopes("orders/read", scopes::READ)]
mod orders {
    use actix_web::{HttpResponse, Responder};

    pub(super) async fn list() -> impl Responder {
        HttpResponse::Ok()
    }
}

#[scope_map(GET = scopes::READ, POST = scopes::WRITE)]
mod widgets {
    use actix_web::{HttpResponse, Responder, get, post};

    #[get("/module-widgets")]
    pub(super) async fn list() -> impl Responder {
        HttpResponse::Ok()
    }

    #[post("/module-widgets")]
    pub(super) async fn create() -> impl Responder {
        HttpResponse::Ok()
    }
}

#[allow_client_ids("sync-worker", group = "reporting")]
#[require_scopes("secrets/read", error = not_found)]
mod secrets {
    use actix_web::{HttpResponse, Responder, get};

    #[get("/module-secrets")]
    pub(super) async fn show() -> impl Responder {
        HttpResponse::Ok()
    }
}

#[action_scope_map(
    list = scopes::READ,
    create = ["actions/write", "widgets/admin"],
    retire = scopes::WRITE,
    admin::purge = scopes::ADMIN,
    match = "any",
)]
mod actions {
    use actix_web::{HttpResponse, Responder, get, post};
    use cognito_m2m::allow_client_ids;

    #[get("/actions")]
    pub(super) async fn list() -> impl Responder {
        HttpResponse::Ok()
    }

    #[post("/actions")]
    #[allow_client_ids("sync-worker")]
    pub(super) async fn create() -> impl Responder {
        HttpResponse::Ok()
    }

    #[allow_client_ids("sync-worker")]
    #[post("/actions/retire")]
    pub(super) async fn retire() -> impl Responder {
        HttpResponse::Ok()
    }

    pub(super) mod admin {
        use actix_web::{HttpResponse, Responder, post};

        #[post("/actions/purge")]
        pub(in super::super) async fn purge() -> impl Responder {
            HttpResponse::Ok()
        }
    }
}

#[require_claim(claims::TENANT, equals_path = "tenant_id")]
mod tenants {
    use actix_web::{HttpResponse, Responder, get};

    #[get("/module-tenants/{tenant_id}")]
    pub(super) async fn show() -> impl Responder {
        HttpResponse::Ok()
    }

    pub(super) mod parts {
        use actix_web::{HttpResponse, Responder, get};
        use cognito_m2m::require_claim;

        #[get("/module-tenants/{tenant_id}/parts")]
        #[require_claim("environment" = "prod")]
        pub(in super::super) async fn list() -> impl Responder {
            HttpResponse::Ok()
        }
    }
}
