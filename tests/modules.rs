//! Attributes on modules, over HTTP: they guard every handler in the module, and attributes of the
//! handlers add to them.

use actix_web::{get, web};
use cognito_m2m::{action_scope_map, require_scopes};
use cognito_m2m_tests::ApiFixture;

#[require_scopes("widgets/read")]
mod guarded {
    use actix_web::{Responder, get, web};
    use cognito_m2m::require_scopes;

    #[get("/module/routed")]
    pub(super) async fn routed() -> impl Responder {
        "ok"
    }

    async fn private() -> impl Responder {
        "ok"
    }

    #[get("/module/added")]
    #[require_scopes("widgets/write")]
    pub(super) async fn added() -> impl Responder {
        "ok"
    }

    pub(super) mod nested {
        use actix_web::{Responder, get};

        #[get("/module/nested")]
        pub(in super::super) async fn handler() -> impl Responder {
            "ok"
        }
    }

    #[public(reason = "the load balancer probes it without a token")]
    #[get("/module/health")]
    pub(super) async fn health() -> impl Responder {
        "ok"
    }

    #[helper]
    async fn shared() -> &'static str {
        "ok"
    }

    #[get("/module/helped")]
    pub(super) async fn helped() -> impl Responder {
        shared().await
    }

    pub(super) fn configure(config: &mut web::ServiceConfig) {
        config.route("/module/private", web::get().to(private));
    }
}

#[action_scope_map(list = "widgets/read", create = "widgets/write")]
mod actions {
    use actix_web::{Responder, get};

    #[get("/actions/list")]
    pub(super) async fn list() -> impl Responder {
        "ok"
    }

    pub(super) async fn create() -> impl Responder {
        "ok"
    }
}

#[get("/outside")]
async fn outside() -> &'static str {
    "ok"
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .service(guarded::routed)
        .service(guarded::added)
        .service(guarded::nested::handler)
        .service(guarded::health)
        .service(guarded::helped)
        .configure(guarded::configure)
        .service(actions::list)
        .route("/actions/create", web::get().to(actions::create))
        .service(outside);
}

async fn assert_status(fixture: &ApiFixture, path: &str, scope: &str, status: u16) {
    let answer = fixture.get_with_scope(path, scope).await;
    assert_eq!(answer.status, status, "{path} with {scope}");
}

#[actix_web::test]
async fn every_handler_of_a_module_is_guarded() {
    let fixture = ApiFixture::start(routes).await;
    for path in [
        "/module/routed",
        "/module/private",
        "/module/nested",
        "/module/helped",
    ] {
        let without_token = fixture.api.get_without_token(path).await;
        assert_eq!(without_token.status, 401, "{path}");
        assert_status(&fixture, path, "other", 403).await;
        assert_status(&fixture, path, "widgets/read", 200).await;
    }
}

#[actix_web::test]
async fn attribute_of_a_handler_adds_to_that_of_its_module() {
    let fixture = ApiFixture::start(routes).await;
    for (scope, status) in [
        ("widgets/read", 403),
        ("widgets/write", 403),
        ("widgets/read widgets/write", 200),
    ] {
        assert_status(&fixture, "/module/added", scope, status).await;
    }
}

#[actix_web::test]
async fn action_scope_map_requires_scopes_by_the_name_of_the_handler() {
    let fixture = ApiFixture::start(routes).await;
    for (path, scope, status) in [
        ("/actions/list", "widgets/read", 200),
        ("/actions/list", "widgets/write", 403),
        ("/actions/create", "widgets/write", 200),
        ("/actions/create", "widgets/read", 403),
    ] {
        assert_status(&fixture, path, scope, status).await;
    }
}

#[actix_web::test]
async fn public_handlers_and_those_outside_of_the_module_need_no_token() {
    let fixture = ApiFixture::start(routes).await;
    for path in ["/module/health", "/outside"] {
        let answer = fixture.api.get_without_token(path).await;
        assert_eq!(answer.status, 200, "{path}");
    }
}
