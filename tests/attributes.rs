//! The attributes over HTTP: each of them, above and below the route attribute, and stacked.

use actix_web::{App, HttpResponse, Responder, delete, get, route, routes, web};
use cognito_m2m::reqwest::Method;
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{
    CognitoAuth, ServicePrincipal, Settings, allow_client_ids, require_all_scopes,
    require_any_scope, require_authentication, require_scopes, scope_map,
};
use cognito_m2m_tests::{Answer, Api, serve};

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
async fn by_hand(path: web::Path<u32>) -> HttpResponse {
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
        .service(web::resource("/by-hand/{id}").route(web::get().to(by_hand)));
}

struct Fixture {
    cognito: LocalCognito,
    api: Api,
}

impl Fixture {
    async fn new() -> Self {
        Self::with(|settings| settings).await
    }

    async fn with(change: impl FnOnce(Settings) -> Settings) -> Self {
        let cognito = LocalCognito::start().expect("a local Cognito");
        let auth = CognitoAuth::new(change(cognito.settings()));
        let auth = auth.unwrap_or_else(|error| panic!("{error}"));
        auth.prefetch().await.expect("keys");
        let api = Api::at(serve!(move || App::new()
            .wrap(auth.clone())
            .configure(handlers)));
        Self { cognito, api }
    }

    async fn ask(&self, method: Method, path: &str, client: &str, scope: &str) -> u16 {
        let token = self.cognito.token(client).scope(scope).sign();
        Answer::of(self.api.request(method, path).bearer_auth(token))
            .await
            .status
    }

    async fn get(&self, path: &str, scope: &str) -> u16 {
        self.ask(Method::GET, path, "reporting", scope).await
    }
}

#[actix_web::test]
async fn attributes_guard_above_and_below_the_route_attribute() {
    let fixture = Fixture::new().await;
    for position in ["above", "below"] {
        let path = |name: &str| format!("/{position}/{name}");
        assert_eq!(fixture.get(&path("authenticated"), "").await, 200);
        assert_eq!(
            fixture
                .api
                .get_without_token(&path("authenticated"))
                .await
                .status,
            401
        );
        for (scope, all, any) in [
            ("widgets/read widgets/write", 200, 200),
            ("widgets/read", 403, 200),
            ("widgets/admin", 403, 200),
            ("other", 403, 403),
            ("", 403, 403),
        ] {
            assert_eq!(
                fixture.get(&path("all"), scope).await,
                all,
                "{position} {scope}"
            );
            assert_eq!(
                fixture.get(&path("any"), scope).await,
                any,
                "{position} {scope}"
            );
        }
        for name in ["all", "any"] {
            assert_eq!(fixture.api.get_without_token(&path(name)).await.status, 401);
        }
    }
}

#[actix_web::test]
async fn the_default_match_is_that_of_the_settings() {
    use cognito_m2m::ScopeMatch;
    assert_eq!(
        Fixture::new()
            .await
            .get("/default-match", "widgets/read")
            .await,
        403
    );
    let any = Fixture::with(|settings| settings.default_scope_match(ScopeMatch::Any)).await;
    assert_eq!(any.get("/default-match", "widgets/read").await, 200);
}

#[actix_web::test]
async fn a_scope_map_asks_by_method_and_refuses_the_rest() {
    let fixture = Fixture::new().await;
    for (method, scope, status) in [
        (Method::GET, "widgets/read", 200),
        (Method::HEAD, "widgets/read", 200),
        (Method::GET, "widgets/write", 403),
        (Method::HEAD, "widgets/write", 403),
        (Method::POST, "widgets/write", 200),
        (Method::POST, "widgets/admin", 200),
        (Method::POST, "widgets/read", 403),
        (
            Method::DELETE,
            "widgets/read widgets/write widgets/admin",
            403,
        ),
    ] {
        let answer = fixture
            .ask(method.clone(), "/map", "reporting", scope)
            .await;
        assert_eq!(answer, status, "{method} {scope}");
    }
    assert_eq!(
        fixture
            .ask(Method::POST, "/routes", "reporting", "widgets/write")
            .await,
        200
    );
    assert_eq!(
        fixture
            .ask(Method::POST, "/routes", "reporting", "widgets/read")
            .await,
        403
    );
}

#[actix_web::test]
async fn stacked_attributes_must_all_hold() {
    let fixture = Fixture::new().await;
    for (method, path) in [
        (Method::DELETE, "/stacked"),
        (Method::GET, "/stacked/around"),
    ] {
        for (client, scope, status) in [
            ("reporting", "widgets/read", 200),
            ("reporting", "other", 403),
            ("other", "widgets/read", 403),
        ] {
            assert_eq!(
                fixture.ask(method.clone(), path, client, scope).await,
                status,
                "{path} {client} {scope}"
            );
        }
    }
}

#[actix_web::test]
async fn an_allowlist_of_its_own_takes_the_place_of_the_default_one() {
    let fixture = Fixture::with(|settings| settings.allowed_client_ids(["billing"])).await;
    let ask = async |path: &'static str, client: &'static str| {
        fixture.ask(Method::GET, path, client, "widgets/read").await
    };
    assert_eq!(
        ask("/stacked/around", "reporting").await,
        200,
        "the whole stack is asked, the principal's extractor too"
    );
    assert_eq!(ask("/stacked/around", "billing").await, 403);
    assert_eq!(ask("/above/any", "reporting").await, 403);
    assert_eq!(ask("/above/any", "billing").await, 200);
}

#[actix_web::test]
async fn handlers_can_be_mounted_by_hand() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.get("/by-hand/7", "widgets/read").await, 200);
    assert_eq!(fixture.get("/by-hand/7", "other").await, 403);
    assert_eq!(
        fixture.get("/by-hand/x", "other").await,
        403,
        "before the path is read"
    );
    assert_eq!(fixture.get("/by-hand/x", "widgets/read").await, 404);
}

#[test]
fn every_attribute_registers_itself() {
    let names: Vec<_> = cognito_m2m::policy::guarded_handlers()
        .map(|layer| layer.handler)
        .collect();
    for name in ["all_below", "all_above", "mapped", "by_hand"] {
        let ours = format!("attributes::{name}");
        assert!(
            names.iter().any(|handler| handler.ends_with(&ours)),
            "{name} in {names:?}"
        );
    }
    let stacked = names
        .iter()
        .filter(|handler| handler.ends_with("attributes::stacked_below"))
        .count();
    assert_eq!(stacked, 2);
}
