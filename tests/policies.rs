//! A `Policy` without attributes: around an app, a scope and a resource, and for routing.

use actix_web::{App, HttpRequest, HttpResponse, Responder, web};
use cognito_m2m::error::Refusal;
use cognito_m2m::policy::ScopeRule;
use cognito_m2m::reqwest::Method;
use cognito_m2m::scope::Scope;
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{CognitoAuth, Policy, ServicePrincipal, require_scopes};
use cognito_m2m_tests::{Answer, Api, CapturedLog, serve};

const ADMIN: Policy = Policy::scope_rule(ScopeRule::Scope(Scope::from_static("widgets/admin")));

async fn ok() -> impl Responder {
    "ok"
}

async fn fallback() -> impl Responder {
    "fallback"
}

async fn named(principal: ServicePrincipal) -> impl Responder {
    principal.client_id().to_string()
}

fn teapot(refusal: &Refusal, _: &HttpRequest) -> HttpResponse {
    HttpResponse::ImATeapot().body(refusal.reason())
}

fn careless(_: &Refusal, _: &HttpRequest) -> HttpResponse {
    HttpResponse::Found().finish()
}

#[require_scopes("widgets/admin", error = teapot)]
async fn own_refusal() -> impl Responder {
    "ok"
}

#[require_scopes("widgets/admin", error = careless)]
async fn careless_refusal() -> impl Responder {
    "ok"
}

fn routes(config: &mut web::ServiceConfig) {
    let map = Policy::scope_map([
        ("GET", ScopeRule::all(["widgets/read"]).expect("scopes")),
        (
            "POST",
            ScopeRule::any(["widgets/write", "widgets/admin"]).expect("scopes"),
        ),
    ]);
    let grouped = Policy::allow_groups(["nowhere", "analysts"]);
    let listed = Policy::allow_client_ids(["reporting"])
        .expect("a client id")
        .and(ADMIN);
    config
        .service(
            web::resource("/map")
                .wrap(map)
                .route(web::get().to(ok))
                .route(web::post().to(ok))
                .route(web::put().to(ok)),
        )
        .service(
            web::scope("/admin")
                .wrap(ADMIN)
                .route("/ok", web::get().to(ok))
                .route("/named", web::get().to(named)),
        )
        .service(
            web::resource("/listed")
                .wrap(listed)
                .route(web::get().to(ok)),
        )
        .service(
            web::resource("/grouped")
                .wrap(grouped)
                .route(web::get().to(ok)),
        )
        .service(
            web::resource("/routed")
                .route(web::get().guard(ADMIN).to(ok))
                .route(web::get().guard(Policy::authenticated()).to(fallback)),
        )
        .service(
            web::scope("/hidden")
                .guard(ADMIN)
                .route("/ok", web::get().to(ok)),
        )
        .route("/own-refusal", web::get().to(own_refusal))
        .route("/careless-refusal", web::get().to(careless_refusal));
}

struct Fixture {
    cognito: LocalCognito,
    api: Api,
}

impl Fixture {
    async fn new() -> Self {
        Self::with_default_allowlist(None).await
    }

    async fn with_default_allowlist(clients: Option<&str>) -> Self {
        let cognito = LocalCognito::start().expect("a local Cognito");
        let mut settings = cognito.settings().client_group("analysts", ["reporting"]);
        if let Some(client) = clients {
            settings = settings.allowed_client_ids([client]);
        }
        let auth = CognitoAuth::new(settings).expect("sound settings");
        auth.prefetch().await.expect("keys");
        let api = Api::at(serve!(move || App::new()
            .wrap(auth.clone())
            .configure(routes)));
        Self { cognito, api }
    }

    async fn ask(&self, method: Method, path: &str, client: &str, scope: &str) -> Answer {
        let token = self.cognito.token(client).scope(scope).sign();
        Answer::of(self.api.request(method, path).bearer_auth(token)).await
    }

    async fn get(&self, path: &str, scope: &str) -> Answer {
        self.ask(Method::GET, path, "reporting", scope).await
    }
}

#[actix_web::test]
async fn a_policy_wraps_a_resource_a_scope_and_refuses_as_an_attribute_does() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.get("/admin/ok", "widgets/admin").await.status, 200);
    let refused = fixture.get("/admin/ok", "other").await;
    assert_eq!(
        (refused.status, refused.detail().as_str()),
        (403, "Insufficient scope.")
    );
    let challenge = r#"Bearer realm="api", error="insufficient_scope", scope="widgets/admin""#;
    assert_eq!(refused.challenge.as_deref(), Some(challenge));
    assert_eq!(fixture.api.get_without_token("/admin/ok").await.status, 401);
    assert_eq!(
        fixture.get("/admin/nowhere", "other").await.status,
        403,
        "before the routing tells"
    );
    for (client, scope, status) in [
        ("reporting", "widgets/admin", 200),
        ("other", "widgets/admin", 403),
        ("reporting", "", 403),
    ] {
        assert_eq!(
            fixture
                .ask(Method::GET, "/listed", client, scope)
                .await
                .status,
            status
        );
    }
}

#[actix_web::test]
async fn a_policy_in_code_names_groups_too() {
    let fixture = Fixture::new().await;
    for (client, status) in [("reporting", 200), ("other", 403)] {
        let answer = fixture.ask(Method::GET, "/grouped", client, "").await;
        assert_eq!(answer.status, status, "{client}");
    }
}

#[actix_web::test]
async fn a_scope_map_around_a_resource_knows_the_method() {
    let fixture = Fixture::new().await;
    for (method, scope, status) in [
        (Method::GET, "widgets/read", 200),
        (Method::GET, "widgets/admin", 403),
        (Method::POST, "widgets/admin", 200),
        (Method::PUT, "widgets/read widgets/write widgets/admin", 403),
    ] {
        assert_eq!(
            fixture
                .ask(method.clone(), "/map", "reporting", scope)
                .await
                .status,
            status,
            "{method}"
        );
    }
}

#[actix_web::test]
async fn a_policy_for_routing_matches_or_does_not() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.get("/routed", "widgets/admin").await.body, "ok");
    assert_eq!(fixture.get("/routed", "other").await.body, "fallback");
    assert_eq!(
        fixture.api.get_without_token("/routed").await.status,
        405,
        "the resource is known, and no route of it matches"
    );
    assert_eq!(fixture.get("/hidden/ok", "widgets/admin").await.body, "ok");
    assert_eq!(fixture.get("/hidden/ok", "other").await.status, 404);
    assert_eq!(
        fixture.api.get_without_token("/hidden/ok").await.status,
        404
    );
}

#[actix_web::test]
async fn a_wrap_layer_is_judged_by_itself() {
    let fixture = Fixture::with_default_allowlist(Some("billing")).await;
    assert_eq!(
        fixture.get("/admin/ok", "widgets/admin").await.status,
        200,
        "no handler asks for the default list"
    );
    assert_eq!(
        fixture.get("/admin/named", "widgets/admin").await.status,
        403,
        "this one does"
    );
}

#[actix_web::test]
async fn without_the_middleware_a_policy_refuses_and_a_routing_policy_matches_nothing() {
    let this = without_the_middleware_a_policy_refuses_and_a_routing_policy_matches_nothing;
    let Some(log) = CapturedLog::alone(this) else {
        return;
    };
    let api = Api::at(serve!(|| App::new().configure(routes)));
    for (path, status) in [("/admin/ok", 500), ("/map", 500), ("/hidden/ok", 404)] {
        assert_eq!(api.get_without_token(path).await.status, status, "{path}");
    }
    assert!(
        !log.lines_with("a routing policy matches no request")
            .is_empty()
    );
}

#[actix_web::test]
async fn a_refusal_of_a_handlers_own_goes_over_the_app_wide_one() {
    let fixture = Fixture::new().await;
    let refused = fixture.get("/own-refusal", "other").await;
    assert_eq!(
        (refused.status, refused.body.as_str()),
        (418, "insufficient_scope")
    );
    let missing = fixture.api.get_without_token("/own-refusal").await;
    assert_eq!((missing.status, missing.body.as_str()), (418, "missing"));
    assert_eq!(
        fixture.get("/own-refusal", "widgets/admin").await.status,
        200
    );
    let forged = fixture.api.get("/own-refusal", "a.b.c").await;
    assert_eq!(forged.status, 401, "the middleware has refused it before");
    assert_eq!(
        fixture.get("/careless-refusal", "other").await.status,
        500,
        "never below 400"
    );
}
