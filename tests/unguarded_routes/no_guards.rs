//! What is no guard, because a request without a token passes it.

use actix_web::dev::{Service, fn_service};
use actix_web::{Error, FromRequest, HttpRequest, get};
use cognito_m2m::{
    CognitoAuth, OptionalPrincipal, Policy, RequestPrincipal, RequestUser, ServicePrincipal,
};

use super::*;

#[get("/optional-principal")]
async fn optional_principal(_: OptionalPrincipal) -> &'static str {
    "secret"
}

#[get("/option")]
async fn takes_option(_: Option<ServicePrincipal>) -> &'static str {
    "secret"
}

#[get("/result")]
async fn takes_result(_: Result<ServicePrincipal, Error>) -> &'static str {
    "secret"
}

#[get("/option-of-a-user")]
async fn option_of_a_user(_: Option<RequestUser<String>>) -> &'static str {
    "secret"
}

#[get("/extension-trait")]
async fn extension_trait(request: HttpRequest) -> &'static str {
    let _ = (request.service_principal(), request.client_id());
    let _ = (request.scopes(), request.is_machine_authenticated());
    "secret"
}

#[get("/extract")]
async fn takes_extract(request: HttpRequest) -> &'static str {
    let _ = Option::<ServicePrincipal>::extract(&request).await;
    "secret"
}

#[get("/validate-token")]
async fn validate_token(auth: web::Data<CognitoAuth>) -> &'static str {
    let _ = auth.validate_token("a.b.c").await;
    "secret"
}

type RouteFn = fn() -> actix_web::Route;

/// Functions that return a route, and a table of function pointers.
const TABLE: [(&str, RouteFn); 2] = [
    ("/table-1", || web::to(open)),
    ("/table-2", || web::get().to(|| async { "secret" })),
];

fn routes(app: &mut web::ServiceConfig) {
    app.service(optional_principal)
        .service(takes_option)
        .service(takes_result)
        .service(option_of_a_user)
        .service(extension_trait)
        .service(takes_extract)
        .service(
            web::resource("/routing")
                .route(web::get().guard(Policy::scope("widgets/read")).to(open))
                .route(web::get().to(open)),
        )
        .route("/closure", web::get().to(|| async { "secret" }))
        .route("/async-closure", web::get().to(async || "secret"))
        .service(web::service("/service").finish(fn_service(
            async |request: actix_web::dev::ServiceRequest| {
                Ok::<_, Error>(request.into_response(HttpResponse::Ok().body("secret")))
            },
        )))
        .service(
            web::resource("/wrapped")
                .wrap_fn(|request, service| service.call(request))
                .to(open),
        )
        .service(web::redirect("/redirect", "https://example.com/secret"));
    for (path, route) in TABLE {
        app.route(path, route());
    }
}

#[actix_web::test]
async fn whatever_lets_requests_without_a_token_pass_is_denied() {
    let fixture = deny(routes).await;
    for path in [
        "/optional-principal",
        "/option",
        "/result",
        "/option-of-a-user",
        "/extension-trait",
        "/extract",
        "/routing",
        "/closure",
        "/async-closure",
        "/service",
        "/wrapped",
        "/redirect",
        "/table-1",
        "/table-2",
    ] {
        assert_denied(&fixture.api.get_without_token(path).await, path);
        assert_denied(&fixture.get_with_scope(path, "widgets/read").await, path);
    }
}

#[actix_web::test]
async fn validating_a_token_by_hand_is_no_guard() {
    let fixture = cognito_m2m_tests::AuthFixture::with_settings(|settings| {
        settings.unguarded_routes(UnguardedRoutes::Deny)
    })
    .await;
    let auth = fixture.auth.clone();
    let api = cognito_m2m_tests::Api::at(cognito_m2m_tests::serve!(move || {
        actix_web::App::new()
            .app_data(web::Data::new(auth.clone()))
            .wrap(auth.clone())
            .service(validate_token)
    }));
    let answer = api.get_without_token("/validate-token").await;
    assert_denied(&answer, "/validate-token");
}

#[actix_web::test]
async fn allow_and_warn_leave_the_response_alone() {
    for setting in [UnguardedRoutes::Allow, UnguardedRoutes::Warn] {
        let fixture =
            ApiFixture::with_settings(routes, |settings| settings.unguarded_routes(setting)).await;
        for path in ["/option", "/closure", "/service"] {
            let answer = fixture.api.get_without_token(path).await;
            assert_eq!((answer.status, &*answer.body), (200, "secret"), "{path}");
        }
    }
}
