//! The tests that are generated from the guards of an app.

use std::panic::{AssertUnwindSafe, catch_unwind};

use actix_web::dev::Service;
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Responder, get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognito_m2m::error::Refusal;
use cognito_m2m::inventory::{AuthorizationTests, check_authorization};
use cognito_m2m::policy::{Denial, ScopeRule};
use cognito_m2m::token::{BearerToken, Claims};
use cognito_m2m::validator::{TokenError, TokenValidator};
use cognito_m2m::{
    BoxFuture, OptionalPrincipal, Policy, PublicRoutes, ScopeMatch, ServicePrincipal, Settings,
    allow_client_ids, public, require_any_scope, require_authentication, require_claim,
    require_scopes, scope_map,
};

pub(super) mod guarded {
    use super::*;

    #[require_scopes("widgets/read")]
    pub(crate) async fn read() -> impl Responder {
        HttpResponse::Ok()
    }

    #[require_scopes(any("a", all("b", "c")))]
    #[require_authentication]
    pub(super) async fn nested() -> impl Responder {
        HttpResponse::Ok()
    }

    #[require_any_scope("a", "b")]
    #[allow_client_ids("first", "partners:second", group = "operators")]
    pub(super) async fn listed() -> impl Responder {
        HttpResponse::Ok()
    }

    #[scope_map(GET = "widgets/read", POST = ["widgets/write", "widgets/admin"], match = "all")]
    pub(super) async fn mapped() -> impl Responder {
        HttpResponse::Ok()
    }

    #[get("/tenants/{tenant_id}")]
    #[require_claim("tenant", equals_path = "tenant_id")]
    #[require_claim("environment" = ["prod", "staging"], "internal" = true, "level" = 3)]
    pub(super) async fn claims() -> impl Responder {
        HttpResponse::Ok()
    }

    #[require_scopes("widgets/read", danger_report_only)]
    pub(super) async fn reported() -> impl Responder {
        HttpResponse::Ok()
    }

    fn not_found(_: &Refusal, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NotFound().finish()
    }

    #[require_scopes("widgets/read", error = not_found)]
    pub(super) async fn hidden() -> impl Responder {
        HttpResponse::Ok()
    }

    #[post("/orders")]
    #[require_scopes("orders/write")]
    pub(super) async fn order(_: web::Json<Vec<u8>>, _: web::Data<u8>) -> impl Responder {
        HttpResponse::Ok()
    }

    #[require_scopes("widgets/read")]
    pub(super) async fn panics() -> HttpResponse {
        panic!("a handler without its data")
    }

    pub(super) async fn extracted(_: ServicePrincipal) -> impl Responder {
        HttpResponse::Ok()
    }

    pub(super) async fn authorizes(principal: ServicePrincipal) -> Result<HttpResponse, Denial> {
        principal.authorize(&Policy::scope("reports/read"))?;
        principal.authorize(&Policy::scope("reports/admin"))?;
        Ok(HttpResponse::Ok().finish())
    }

    #[get("/health")]
    #[public(reason = "the load balancer has no token")]
    pub(crate) async fn health() -> impl Responder {
        HttpResponse::Ok()
    }
}

async fn bare() -> impl Responder {
    HttpResponse::Ok()
}

#[require_authentication]
async fn inner() -> impl Responder {
    HttpResponse::Ok()
}

fn api(app: &mut ServiceConfig) {
    let scope = Policy::scope("outer").and(Policy::claim("environment", "prod"));
    app.service(guarded::claims)
        .service(guarded::order)
        .service(guarded::health)
        .route("/read/{id}", web::get().to(guarded::read))
        .route("/nested", web::get().to(guarded::nested))
        .route("/listed", web::get().to(guarded::listed))
        .service(web::resource("/mapped").to(guarded::mapped))
        .route("/reported", web::get().to(guarded::reported))
        .route("/hidden", web::get().to(guarded::hidden))
        .route("/panics", web::get().to(guarded::panics))
        .route("/extracted", web::get().to(guarded::extracted))
        .route("/authorizes", web::get().to(guarded::authorizes))
        .service(
            web::scope("/outer")
                .wrap(scope)
                .route("/bare", web::get().to(bare))
                .route("/inner", web::put().to(inner)),
        )
        .service(
            web::scope("/open")
                .wrap(PublicRoutes::because("the documentation is public"))
                .route("/page", web::get().to(bare)),
        );
}

/// Returns the message with which the tests fail.
#[track_caller]
pub(super) fn failure(
    tests: AuthorizationTests<impl Fn(&mut ServiceConfig) + Send + Sync>,
) -> String {
    let result = catch_unwind(AssertUnwindSafe(|| tests.run()));
    let panic = result.expect_err("the tests passed");
    *panic.downcast::<String>().expect("the message is a string")
}

#[track_caller]
pub(super) fn assert_fails(
    tests: AuthorizationTests<impl Fn(&mut ServiceConfig) + Send + Sync>,
    expected: &[&str],
) {
    let message = failure(tests);
    for text in expected {
        assert!(message.contains(text), "expected {text:?} in:\n{message}");
    }
    // The endpoint that serves as a guarded one in each app has no defect.
    assert!(!message.contains("GET /read "), "{message}");
}

/// An app with one guarded endpoint, and others.
pub(super) fn app(
    others: impl Fn(&mut ServiceConfig) + Send + Sync,
) -> AuthorizationTests<impl Fn(&mut ServiceConfig) + Send + Sync> {
    AuthorizationTests::new(move |app: &mut ServiceConfig| {
        app.route("/read", web::get().to(guarded::read));
        others(app);
    })
}

#[test]
fn every_kind_of_guard_passes() {
    check_authorization(api);
}

#[actix_web::test]
async fn tests_run_inside_of_an_actix_system() {
    check_authorization(api);
}

#[test]
fn settings_of_the_app_apply() {
    let settings = |settings: Settings| {
        settings
            .default_scope_match(ScopeMatch::Any)
            .resource_servers(["widgets", "reports"])
            .allowed_client_ids(["known"])
            .client_group("operators", ["operator", "partners:operator"])
            .header_name("X-Service-Authorization")
            .header_prefix("Token")
            .audience("api")
            .user_pool_id("eu-west-1_AbCdEfGhI")
            .max_token_lifetime(std::time::Duration::from_secs(600))
            .fail_on_invalid_bearer(true)
    };
    AuthorizationTests::new(api).settings(settings).run();
}

#[test]
fn closure_without_a_guard_fails() {
    let tests = app(|app| {
        app.route(
            "/closure",
            web::post().to(|| async { HttpResponse::Ok().finish() }),
        );
    });
    assert_fails(
        tests,
        &["POST /closure: the route has no guard", "#[public"],
    );
}

#[test]
fn function_without_its_guard_fails() {
    let tests = app(|app| {
        app.route("/forgotten/{id}", web::delete().to(bare));
    });
    assert_fails(tests, &["DELETE /forgotten/{id}: the route has no guard"]);
}

#[test]
fn optional_principal_is_no_guard() {
    async fn optional(_: OptionalPrincipal) -> impl Responder {
        HttpResponse::Ok()
    }
    let tests = app(|app| {
        app.route("/optional", web::get().to(optional));
    });
    assert_fails(tests, &["GET /optional: the route has no guard"]);
}

#[test]
fn default_service_without_a_guard_fails() {
    let tests = app(|app| {
        let fallback = web::to(|| async { HttpResponse::Ok().finish() });
        app.service(web::scope("/pages").default_service(fallback));
    });
    assert_fails(
        tests,
        &["DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT /pages/(default): the route has no guard"],
    );
}

#[test]
fn public_route_that_refuses_fails() {
    #[public(reason = "a mistake")]
    async fn refusing(_: ServicePrincipal) -> impl Responder {
        HttpResponse::Ok()
    }
    let tests = app(|app| {
        let health = web::scope("/inside")
            .wrap(Policy::authenticated())
            .service(guarded::health);
        app.route("/refusing", web::get().to(refusing))
            .service(health);
    });
    let problem =
        "the route is marked as public, but a request without a token was refused with 401";
    assert_fails(
        tests,
        &[
            &format!("GET /refusing: {problem}"),
            "GET /inside/health (",
            &format!("): {problem}"),
        ],
    );
}

#[test]
fn rules_that_no_token_satisfies_fail() {
    #[require_claim("environment" = "prod")]
    #[require_claim("environment" = "staging")]
    async fn contradictory() -> impl Responder {
        HttpResponse::Ok()
    }
    let tests = app(|app| {
        app.route("/contradictory", web::get().to(contradictory))
            .service(
                web::resource("/empty")
                    .wrap(Policy::scope_rule(ScopeRule::Any(Vec::new().into())))
                    .get(bare),
            );
    });
    assert_fails(
        tests,
        &[
            "GET /contradictory (",
            "authorization.rs:",
            " /empty: no token satisfies the guards",
            "no token satisfies the guards",
        ],
    );
}

#[test]
fn policy_around_a_scope_that_needs_a_path_parameter_fails() {
    let tests = app(|app| {
        app.service(
            web::scope("/tenants/{tenant_id}")
                .wrap(Policy::claim_equals_path("tenant", "tenant_id"))
                .route("/own", web::get().to(inner)),
        );
    });
    assert_fails(
        tests,
        &[" /tenants/{tenant_id}/own: ", "knows no path parameters"],
    );
}

struct Trusting;

impl TokenValidator for Trusting {
    fn validate<'a>(&'a self, token: BearerToken<'a>) -> BoxFuture<'a, Result<Claims, TokenError>> {
        Box::pin(async move {
            let payload = token.as_str().split('.').nth(1).expect("three parts");
            let payload = URL_SAFE_NO_PAD.decode(payload).expect("base64url");
            let claims = serde_json::from_slice(&payload).expect("JSON");
            Ok(Claims::from_value(claims).expect("an object"))
        })
    }
}

#[test]
fn tokens_that_are_admitted_without_verification_fail() {
    let tests = AuthorizationTests::new(|app: &mut ServiceConfig| {
        app.route("/read", web::get().to(guarded::read));
    });
    let message = failure(tests.auth(|auth| auth.validator(Trusting)));
    for sent in [
        "an expired token",
        "a token of another issuer",
        "a token that another key signed",
    ] {
        let problem = format!("{sent} was admitted, with status 200, expected a refusal with 401");
        assert!(message.contains(&problem), "{message}");
    }
}

#[test]
fn guard_that_is_evaluated_for_another_method_fails() {
    #[scope_map(GET = "widgets/read", POST = ["widgets/read", "widgets/write"], match = "all")]
    async fn overridden() -> impl Responder {
        HttpResponse::Ok()
    }
    let tests = app(|app| {
        let resource = web::resource("/overridden").wrap_fn(|mut request, service| {
            request.head_mut().method = Method::GET;
            service.call(request)
        });
        app.service(resource.to(overridden));
    });
    assert_fails(
        tests,
        &[
            "POST /overridden (",
            "a token without the scope `widgets/write`",
            "was admitted, with status 200, expected a refusal with 403",
        ],
    );
}
