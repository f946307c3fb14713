//! A `Policy` without attributes: as a middleware around scopes and resources, and as a routing guard.

use actix_web::{App, HttpRequest, HttpResponse, Responder, web};
use cognito_m2m::error::Refusal;
use cognito_m2m::policy::ScopeRule;
use cognito_m2m::reqwest::Method;
use cognito_m2m::scope::Scope;
use cognito_m2m::{Policy, ServicePrincipal, Settings, require_scopes};
use cognito_m2m_tests::{Api, ApiFixture, CapturedLog, serve};

const ADMIN: Policy = Policy::scope_rule(ScopeRule::Scope(Scope::from_static("widgets/admin")));

async fn ok() -> impl Responder {
    "ok"
}

async fn fallback() -> impl Responder {
    "fallback"
}

async fn returns_client_id(principal: ServicePrincipal) -> impl Responder {
    principal.client_id().to_string()
}

fn answer_418(refusal: &Refusal, _: &HttpRequest) -> HttpResponse {
    HttpResponse::ImATeapot().body(refusal.reason())
}

fn answer_302(_: &Refusal, _: &HttpRequest) -> HttpResponse {
    HttpResponse::Found().finish()
}

#[require_scopes("widgets/admin", error = answer_418)]
async fn custom_refusal() -> impl Responder {
    "ok"
}

#[require_scopes("widgets/admin", error = answer_302)]
async fn redirecting_refusal() -> impl Responder {
    "ok"
}

fn routes(config: &mut web::ServiceConfig) {
    let map = Policy::scope_map([
        (
            "GET",
            ScopeRule::all(["widgets/read"]).expect("valid scopes"),
        ),
        (
            "POST",
            ScopeRule::any(["widgets/write", "widgets/admin"]).expect("valid scopes"),
        ),
    ]);
    let grouped = Policy::allow_groups(["undefined", "analysts"]);
    let listed = Policy::allow_client_ids(["reporting"])
        .expect("a valid client ID")
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
                .route("/principal", web::get().to(returns_client_id)),
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
        .route("/custom-refusal", web::get().to(custom_refusal))
        .route("/redirecting-refusal", web::get().to(redirecting_refusal));
}

fn with_group(settings: Settings) -> Settings {
    settings.client_group("analysts", ["reporting"])
}

async fn start() -> ApiFixture {
    ApiFixture::with_settings(routes, with_group).await
}

#[actix_web::test]
async fn policy_around_a_scope_refuses_as_an_attribute_does() {
    let fixture = start().await;
    let accepted = fixture.get_with_scope("/admin/ok", "widgets/admin").await;
    assert_eq!(accepted.status, 200);
    let refused = fixture.get_with_scope("/admin/ok", "other").await;
    assert_eq!(
        (refused.status, refused.detail().as_str()),
        (403, "Insufficient scope.")
    );
    let challenge = r#"Bearer realm="api", error="insufficient_scope", scope="widgets/admin""#;
    assert_eq!(refused.challenge.as_deref(), Some(challenge));
    let without_token = fixture.api.get_without_token("/admin/ok").await;
    assert_eq!(without_token.status, 401);
    let unknown_path = fixture.get_with_scope("/admin/unknown", "other").await;
    assert_eq!(
        unknown_path.status, 403,
        "the policy is evaluated before the routes of the scope"
    );
}

#[actix_web::test]
async fn policy_around_a_resource_requires_client_and_scope() {
    let fixture = start().await;
    for (client, scope, status) in [
        ("reporting", "widgets/admin", 200),
        ("other", "widgets/admin", 403),
        ("reporting", "", 403),
    ] {
        let answer = fixture.send_as(client, Method::GET, "/listed", scope).await;
        assert_eq!(answer.status, status, "{client} {scope}");
    }
}

#[actix_web::test]
async fn policy_in_code_may_name_client_groups() {
    let fixture = start().await;
    for (client, status) in [("reporting", 200), ("other", 403)] {
        let answer = fixture.send_as(client, Method::GET, "/grouped", "").await;
        assert_eq!(answer.status, status, "{client}");
    }
}

#[actix_web::test]
async fn scope_map_around_a_resource_requires_scopes_by_method() {
    let fixture = start().await;
    for (method, scope, status) in [
        (Method::GET, "widgets/read", 200),
        (Method::GET, "widgets/admin", 403),
        (Method::POST, "widgets/admin", 200),
        (Method::PUT, "widgets/read widgets/write widgets/admin", 403),
    ] {
        let answer = fixture
            .send_as("reporting", method.clone(), "/map", scope)
            .await;
        assert_eq!(answer.status, status, "{method} {scope}");
    }
}

#[actix_web::test]
async fn policy_as_a_routing_guard_selects_the_route() {
    let fixture = start().await;
    for (path, scope, body) in [
        ("/routed", "widgets/admin", "ok"),
        ("/routed", "other", "fallback"),
        ("/hidden/ok", "widgets/admin", "ok"),
    ] {
        let answer = fixture.get_with_scope(path, scope).await;
        assert_eq!(answer.body, body, "{path} {scope}");
    }
    let hidden = fixture.get_with_scope("/hidden/ok", "other").await;
    assert_eq!(hidden.status, 404);
    for (path, status) in [
        // Actix answers 405 if the resource matches and none of its routes does.
        ("/routed", 405),
        ("/hidden/ok", 404),
    ] {
        let answer = fixture.api.get_without_token(path).await;
        assert_eq!(answer.status, status, "{path}");
    }
}

#[actix_web::test]
async fn wrapped_policy_does_not_apply_the_default_allowlist() {
    let fixture = ApiFixture::with_settings(routes, |settings| {
        with_group(settings).allowed_client_ids(["billing"])
    })
    .await;
    let unguarded = fixture.get_with_scope("/admin/ok", "widgets/admin").await;
    assert_eq!(
        unguarded.status, 200,
        "the handler does not use the principal"
    );
    let with_principal = fixture
        .get_with_scope("/admin/principal", "widgets/admin")
        .await;
    assert_eq!(
        with_principal.status, 403,
        "the extractor of the handler applies the default allowlist"
    );
}

#[actix_web::test]
async fn without_the_middleware_a_policy_refuses_and_a_routing_guard_never_matches() {
    let this = without_the_middleware_a_policy_refuses_and_a_routing_guard_never_matches;
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
async fn error_function_of_a_handler_replaces_the_responder_of_the_app() {
    let fixture = start().await;
    let refused = fixture.get_with_scope("/custom-refusal", "other").await;
    assert_eq!(
        (refused.status, refused.body.as_str()),
        (418, "insufficient_scope")
    );
    let missing = fixture.api.get_without_token("/custom-refusal").await;
    assert_eq!((missing.status, missing.body.as_str()), (418, "missing"));
    let accepted = fixture
        .get_with_scope("/custom-refusal", "widgets/admin")
        .await;
    assert_eq!(accepted.status, 200);
    let invalid = fixture.api.get("/custom-refusal", "a.b.c").await;
    assert_eq!(invalid.status, 401, "the middleware has already refused it");
}

#[actix_web::test]
async fn error_function_cannot_answer_below_400() {
    let fixture = start().await;
    let refused = fixture
        .get_with_scope("/redirecting-refusal", "other")
        .await;
    assert_eq!(refused.status, 500);
}
