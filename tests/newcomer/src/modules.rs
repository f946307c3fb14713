//! Attributes on modules: they guard every handler in them, and a handler's own attribute adds.

use actix_web::web;
use cognito_m2m::{
    action_scope_map, allow_client_ids, require_all_scopes, require_any_scope,
    require_authentication, require_scopes, scope_map,
};

use crate::{not_found, scopes};

pub(crate) fn routes(app: &mut web::ServiceConfig) {
    app.service(office::desk)
        .service(office::drawer)
        .service(office::health)
        .service(office::version)
        .service(office::archive::oldest)
        .configure(office::routes)
        .service(web::resource("/garage").get(garage::cars))
        .service(web::resource("/cellar").get(cellar::wines))
        .service(web::resource("/attic").get(attic::boxes))
        .service(garden::show)
        .service(garden::plant)
        .service(safe::open)
        .service(actions::list)
        .service(actions::create)
        .service(actions::retire)
        .service(actions::admin::purge);
}

#[require_authentication]
mod office {
    use actix_web::{HttpResponse, Responder, get, web};
    use cognito_m2m::require_scopes;

    use crate::scopes;

    #[require_scopes(scopes::READ)]
    #[get("/office/desk")]
    pub(super) async fn desk() -> impl Responder {
        HttpResponse::Ok().body(label("desk").await)
    }

    #[get("/office/drawer")]
    #[require_scopes(scopes::READ)]
    pub(super) async fn drawer() -> impl Responder {
        HttpResponse::Ok().body(label("drawer").await)
    }

    #[public(reason = "the load balancer asks, and has no token")]
    #[get("/office/health")]
    pub(super) async fn health() -> impl Responder {
        HttpResponse::Ok()
    }

    #[get("/office/version")]
    #[public(reason = "support asks, and has no token")]
    pub(super) async fn version() -> impl Responder {
        HttpResponse::Ok()
    }

    async fn door() -> impl Responder {
        HttpResponse::Ok()
    }

    #[helper]
    async fn label(name: &str) -> String {
        format!("the {name}")
    }

    pub(super) fn routes(app: &mut web::ServiceConfig) {
        app.route("/office/door", web::get().to(door));
    }

    pub(super) mod archive {
        use actix_web::{HttpResponse, Responder, get};

        #[get("/office/archive/oldest")]
        pub(in super::super) async fn oldest() -> impl Responder {
            HttpResponse::Ok()
        }
    }
}

#[require_scopes(any(scopes::ADMIN, all(scopes::READ, "garage/read")))]
mod garage {
    use actix_web::{HttpResponse, Responder};

    pub(super) async fn cars() -> impl Responder {
        HttpResponse::Ok()
    }
}

#[require_any_scope("cellar/read", scopes::ADMIN)]
mod cellar {
    use actix_web::{HttpResponse, Responder};

    pub(super) async fn wines() -> impl Responder {
        HttpResponse::Ok()
    }
}

#[require_all_scopes("attic/read", scopes::READ)]
mod attic {
    use actix_web::{HttpResponse, Responder};

    pub(super) async fn boxes() -> impl Responder {
        HttpResponse::Ok()
    }
}

#[scope_map(GET = scopes::READ, POST = scopes::WRITE)]
mod garden {
    use actix_web::{HttpResponse, Responder, get, post};

    #[get("/garden")]
    pub(super) async fn show() -> impl Responder {
        HttpResponse::Ok()
    }

    #[post("/garden")]
    pub(super) async fn plant() -> impl Responder {
        HttpResponse::Ok()
    }
}

#[allow_client_ids("sync-worker", group = "reporting")]
#[require_scopes("safe/open", error = not_found)]
mod safe {
    use actix_web::{HttpResponse, Responder, get};

    #[get("/safe")]
    pub(super) async fn open() -> impl Responder {
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
