//! Each attribute over HTTP: above and below the route attribute, and stacked.

use actix_web::{HttpResponse, Responder, delete, get, route, routes, web};
use cognito_m2m::reqwest::Method;
use cognito_m2m::{
    ScopeMatch, ServicePrincipal, allow_client_ids, require_all_scopes, require_any_scope,
    require_authentication, require_scopes, scope_map,
};
use cognito_m2m_tests::ApiFixture;

mod scopes {
    pub(super) const READ: &str = "widgets/read";
    pub(super) const WRITE: &str = "widgets/write";
}

#[get("/below/authenticated")]
#[require_authentication]
async fn authenticated_below() -> impl Responder {
    "ok"
}

#[require_authentication]
#[get("/above/authenticated")]
async fn authenticated_above() -> impl Responder {
    "ok"
}

#[get("/below/all")]
#[require_all_scopes(scopes::READ, "widgets/write")]
async fn all_below() -> impl Responder {
    "ok"
}

#[require_all_scopes(scopes::READ, scopes::WRITE)]
#[get("/above/all")]
async fn all_above() -> impl Responder {
    "ok"
}

#[get("/below/any")]
#[require_any_scope("widgets/read", "widgets/admin")]
async fn any_below() -> impl Responder {
    "ok"
}

#[require_scopes("widgets/read", "widgets/admin", match = "any")]
#[get("/above/any")]
async fn any_above() -> impl Responder {
    "ok"
}

#[require_scopes("widgets/read", "widgets/admin")]
#[get("/default-match")]
async fn default_match() -> impl Responder {
    "ok"
}

#[route(
    "/map",
    method = "GET",
    method = "HEAD",
    method = "POST",
    method = "DELETE"
)]
#[scope_map(GET = "widgets/read", POST = ["widgets/write", "widgets/admin"], match = "any")]
async fn mapped() -> impl Responder {
    "ok"
}

#[scope_map(GET = "widgets/read", POST = "widgets/write")]
#[routes]
#[get("/routes")]
#[post("/routes")]
async fn several_routes() -> impl Responder {
    "ok"
}

#[delete("/stacked")]
#[require_scopes("widgets/read")]
#[allow_client_ids("reporting")]
async fn stacked_below() -> impl Responder {
    "ok"
}

#[allow_client_ids("reporting")]
#[get("/stacked/around")]
#[require_scopes("widgets/read")]
async fn stacked_around(principal: ServicePrincipal) -> impl Responder {
    principal.client_id().to_string()
}

#[require_scopes("widgets/read")]
async fn mounted_with_to(path: web::Path<u32>) -> HttpResponse {
    HttpResponse::Ok().body(path.to_string())
}

fn handlers(config: &mut web::ServiceConfig) {
    config
        .service(authenticated_below)
        .service(authenticated_above)
        .service(all_below)
        .service(all_above)
        .service(any_below)
        .service(any_above)
        .service(default_match)
        .service(mapped)
        .service(several_routes)
        .service(stacked_below)
        .service(stacked_around)
        .service(web::resource("/mounted/{id}").route(web::get().to(mounted_with_to)));
}

async fn status_of_get(fixture: &ApiFixture, path: &str, scope: &str) -> u16 {
    fixture.get_with_scope(path, scope).await.status
}

#[actix_web::test]
async fn attributes_guard_above_and_below_the_route_attribute() {
    let fixture = ApiFixture::start(handlers).await;
    for position in ["above", "below"] {
        let path = |name: &str| format!("/{position}/{name}");
        let authenticated = path("authenticated");
        assert_eq!(status_of_get(&fixture, &authenticated, "").await, 200);
        for (scope, all, any) in [
            ("widgets/read widgets/write", 200, 200),
            ("widgets/read", 403, 200),
            ("widgets/admin", 403, 200),
            ("other", 403, 403),
            ("", 403, 403),
        ] {
            for (name, status) in [("all", all), ("any", any)] {
                assert_eq!(
                    status_of_get(&fixture, &path(name), scope).await,
                    status,
                    "{position} {name} {scope}"
                );
            }
        }
        for name in ["authenticated", "all", "any"] {
            let answer = fixture.api.get_without_token(&path(name)).await;
            assert_eq!(answer.status, 401, "{position} {name}");
        }
    }
}

#[actix_web::test]
async fn default_scope_match_is_a_setting() {
    let all = ApiFixture::start(handlers).await;
    assert_eq!(
        status_of_get(&all, "/default-match", "widgets/read").await,
        403
    );
    let any = ApiFixture::with_settings(handlers, |settings| {
        settings.default_scope_match(ScopeMatch::Any)
    })
    .await;
    assert_eq!(
        status_of_get(&any, "/default-match", "widgets/read").await,
        200
    );
}

#[actix_web::test]
async fn scope_map_requires_scopes_by_method_and_refuses_other_methods() {
    let fixture = ApiFixture::start(handlers).await;
    for (method, path, scope, status) in [
        (Method::GET, "/map", "widgets/read", 200),
        (Method::HEAD, "/map", "widgets/read", 200),
        (Method::GET, "/map", "widgets/write", 403),
        (Method::HEAD, "/map", "widgets/write", 403),
        (Method::POST, "/map", "widgets/write", 200),
        (Method::POST, "/map", "widgets/admin", 200),
        (Method::POST, "/map", "widgets/read", 403),
        (
            Method::DELETE,
            "/map",
            "widgets/read widgets/write widgets/admin",
            403,
        ),
        (Method::POST, "/routes", "widgets/write", 200),
        (Method::POST, "/routes", "widgets/read", 403),
    ] {
        let answer = fixture
            .send_as("reporting", method.clone(), path, scope)
            .await;
        assert_eq!(answer.status, status, "{method} {path} {scope}");
    }
}

#[actix_web::test]
async fn stacked_attributes_must_all_be_satisfied() {
    let fixture = ApiFixture::start(handlers).await;
    for (method, path) in [
        (Method::DELETE, "/stacked"),
        (Method::GET, "/stacked/around"),
    ] {
        for (client, scope, status) in [
            ("reporting", "widgets/read", 200),
            ("reporting", "other", 403),
            ("other", "widgets/read", 403),
        ] {
            let answer = fixture.send_as(client, method.clone(), path, scope).await;
            assert_eq!(answer.status, status, "{path} {client} {scope}");
        }
    }
}

#[actix_web::test]
async fn allowlist_of_a_handler_replaces_the_default_one() {
    let fixture = ApiFixture::with_settings(handlers, |settings| {
        settings.allowed_client_ids(["billing"])
    })
    .await;
    for (path, client, status) in [
        // The allowlist of one attribute holds for the other and for the extractor too.
        ("/stacked/around", "reporting", 200),
        ("/stacked/around", "billing", 403),
        ("/above/any", "reporting", 403),
        ("/above/any", "billing", 200),
    ] {
        let answer = fixture
            .send_as(client, Method::GET, path, "widgets/read")
            .await;
        assert_eq!(answer.status, status, "{path} {client}");
    }
}

#[actix_web::test]
async fn guarded_handlers_can_be_mounted_without_a_route_attribute() {
    let fixture = ApiFixture::start(handlers).await;
    for (path, scope, status) in [
        ("/mounted/7", "widgets/read", 200),
        ("/mounted/7", "other", 403),
        // The guard answers before the path is extracted.
        ("/mounted/x", "other", 403),
        ("/mounted/x", "widgets/read", 404),
    ] {
        assert_eq!(
            status_of_get(&fixture, path, scope).await,
            status,
            "{path} {scope}"
        );
    }
}

#[test]
fn every_attribute_registers_its_handler() {
    let registered: Vec<_> = cognito_m2m::policy::guarded_handlers()
        .map(|layer| layer.handler)
        .collect();
    let count = |name: &str| {
        let path = format!("attributes::{name}");
        registered
            .iter()
            .filter(|handler| handler.ends_with(&path))
            .count()
    };
    for name in ["all_below", "all_above", "mapped", "mounted_with_to"] {
        assert!(count(name) > 0, "{name} in {registered:?}");
    }
    assert_eq!(count("stacked_below"), 2, "one entry per attribute");
}
