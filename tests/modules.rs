//! Attributes on modules, over HTTP: every handler in one is guarded, and an own attribute adds.

use actix_web::{App, get, web};
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{CognitoAuth, action_scope_map, require_scopes};
use cognito_m2m_tests::{Api, serve};

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

    #[public(reason = "a probe of the load balancer, which has no token")]
    #[get("/module/health")]
    pub(super) async fn health() -> impl Responder {
        "ok"
    }

    #[helper]
    async fn shared() -> &'static str {
        "helped"
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

#[actix_web::test]
async fn every_handler_of_a_module_is_guarded() {
    let cognito = LocalCognito::start().expect("a local Cognito");
    let auth = CognitoAuth::new(cognito.settings()).expect("sound settings");
    auth.prefetch().await.expect("keys");
    let api = Api::at(serve!(move || App::new()
        .wrap(auth.clone())
        .configure(routes)));
    let status = async |path: &str, scope: &str| {
        api.get(path, &cognito.token("a").scope(scope).sign())
            .await
            .status
    };
    for path in [
        "/module/routed",
        "/module/private",
        "/module/nested",
        "/module/helped",
    ] {
        assert_eq!(api.get_without_token(path).await.status, 401, "{path}");
        assert_eq!(status(path, "other").await, 403, "{path}");
        assert_eq!(status(path, "widgets/read").await, 200, "{path}");
    }
    assert_eq!(
        status("/module/added", "widgets/read").await,
        403,
        "its own attribute adds"
    );
    assert_eq!(
        status("/module/added", "widgets/write").await,
        403,
        "and never loosens"
    );
    assert_eq!(
        status("/module/added", "widgets/read widgets/write").await,
        200
    );
    assert_eq!(status("/actions/list", "widgets/read").await, 200);
    assert_eq!(status("/actions/list", "widgets/write").await, 403);
    assert_eq!(status("/actions/create", "widgets/write").await, 200);
    assert_eq!(status("/actions/create", "widgets/read").await, 403);
    for path in ["/module/health", "/outside"] {
        assert_eq!(api.get_without_token(path).await.status, 200, "{path}");
    }
}
