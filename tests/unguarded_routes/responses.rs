//! Which responses are judged, and what remains of one that is denied.

use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpRequest, error, get, post, test};
use cognito_m2m::error::Refusal;
use cognito_m2m::reqwest::Method;
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{CognitoAuth, ServicePrincipal};
use futures_util::stream;

use super::*;

static CALLS: AtomicUsize = AtomicUsize::new(0);

#[post("/effect")]
async fn effect() -> impl Responder {
    CALLS.fetch_add(1, Ordering::SeqCst);
    HttpResponse::Created()
        .insert_header(("set-cookie", "secret=1"))
        .body("secret")
}

#[post("/json")]
async fn takes_json(_: web::Json<u32>) -> &'static str {
    "secret"
}

#[get("/error")]
async fn fails() -> Result<&'static str, Error> {
    Err(error::ErrorImATeapot("secret"))
}

#[get("/gone/{status}")]
async fn with_status(path: web::Path<u16>) -> impl Responder {
    let status = StatusCode::from_u16(*path).expect("a status");
    HttpResponse::build(status).body("no such widget")
}

#[get("/stream")]
async fn streams() -> impl Responder {
    let parts = ["sec", "ret"].map(|part| Ok::<_, Error>(web::Bytes::from_static(part.as_bytes())));
    HttpResponse::Ok().streaming(stream::iter(parts))
}

#[get("/socket")]
async fn upgrades() -> impl Responder {
    HttpResponse::SwitchingProtocols().upgrade("chat").finish()
}

fn routes(app: &mut web::ServiceConfig) {
    app.service(effect)
        .service(takes_json)
        .service(fails)
        .service(with_status)
        .service(streams)
        .service(upgrades)
        .service(web::resource("/get").route(web::get().to(open)))
        .service(
            web::resource("/head")
                .route(web::head().to(open))
                .route(web::method(actix_web::http::Method::OPTIONS).to(open)),
        )
        .service(web::scope("/scope").default_service(web::to(open)))
        .service(web::scope("/missing").default_service(web::to(HttpResponse::NotFound)));
}

async fn send(fixture: &ApiFixture, method: Method, path: &str) -> Answer {
    let request = fixture.api.request(method, path);
    Answer::receive(request.header("content-type", "application/json").body("{")).await
}

#[actix_web::test]
async fn denied_response_leaves_nothing_but_the_effects_of_its_handler() {
    let fixture = deny(routes).await;
    let request = fixture.api.request(Method::POST, "/effect");
    let response = request.send().await.expect("the server answers");
    assert_eq!(response.status(), 500);
    assert!(!response.headers().contains_key("set-cookie"));
    let body = response.text().await.expect("a text");
    assert!(!body.contains("secret"), "{body}");
    assert_eq!(CALLS.load(Ordering::SeqCst), 1, "the handler has run");
}

#[actix_web::test]
async fn every_response_of_an_unguarded_route_is_denied() {
    let fixture = deny(routes).await;
    assert_denied(&send(&fixture, Method::POST, "/json").await, "/json");
    for path in [
        "/error",
        "/gone/200",
        "/gone/204",
        "/gone/302",
        "/gone/304",
        "/gone/401",
        "/gone/403",
        "/gone/410",
        "/gone/500",
        "/stream",
        "/socket",
    ] {
        assert_denied(&send(&fixture, Method::GET, path).await, path);
    }
    for method in [Method::HEAD, Method::OPTIONS] {
        let answer = send(&fixture, method, "/head").await;
        assert_eq!(answer.status, 500);
    }
}

#[actix_web::test]
async fn not_found_and_method_not_allowed_pass() {
    let fixture = deny(routes).await;
    for (method, path, status) in [
        (Method::GET, "/no/such/route", 404),
        (Method::GET, "/gone/404", 404),
        (Method::GET, "/missing/route", 404),
        (Method::POST, "/get", 405),
    ] {
        assert_eq!(send(&fixture, method, path).await.status, status, "{path}");
    }
    let default = fixture.api.get_without_token("/scope/whatever").await;
    assert_denied(&default, "a default service");
}

#[actix_web::test]
async fn refusals_of_the_middleware_pass() {
    let fixture = deny(routes).await;
    for path in ["/get", "/scope/whatever", "/no/such/route"] {
        assert_eq!(fixture.api.get(path, "a.b.c").await.status, 401, "{path}");
    }
}

async fn limit(
    request: ServiceRequest,
    _: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    Ok(request.into_response(HttpResponse::TooManyRequests()))
}

async fn login(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let principal = request.extract::<ServicePrincipal>().await;
    drop(principal.map_err(drop));
    next.call(request).await
}

async fn forbid(
    _: ServiceRequest,
    _: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    Err(error::ErrorForbidden("log in first"))
}

fn auth(cognito: &LocalCognito) -> CognitoAuth {
    let settings = cognito.settings();
    CognitoAuth::new(settings.unguarded_routes(UnguardedRoutes::Deny)).expect("valid settings")
}

#[actix_web::test]
async fn middleware_that_answers_by_itself_stands_outside() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let auth = auth(&cognito);
    let inside = App::new().wrap(from_fn(limit)).wrap(auth.clone());
    let inside = test::init_service(inside).await;
    let request = test::TestRequest::get().to_request();
    let response = test::call_service(&inside, request).await;
    assert_eq!(response.status(), 500);

    let outside = App::new().wrap(auth).wrap(from_fn(limit));
    let outside = test::init_service(outside).await;
    let request = test::TestRequest::get().to_request();
    let response = test::call_service(&outside, request).await;
    assert_eq!(response.status(), 429);
}

#[actix_web::test]
async fn error_of_a_middleware_passes() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let app = App::new().wrap(from_fn(forbid)).wrap(auth(&cognito));
    let app = test::init_service(app).await;
    let response = test::try_call_service(&app, test::TestRequest::get().to_request()).await;
    let Err(error) = response else {
        panic!("expected the error of the middleware");
    };
    assert_eq!(error.as_response_error().status_code(), 403);
}

#[actix_web::test]
async fn principal_that_a_middleware_requires_counts() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let scope = web::scope("")
        .wrap(from_fn(login))
        .configure(open_at("/open"));
    let app = App::new().wrap(auth(&cognito)).service(scope);
    let app = test::init_service(app).await;
    let request = test::TestRequest::with_uri("/open").to_request();
    assert_eq!(test::call_service(&app, request).await.status(), 200);
}

#[actix_web::test]
async fn responder_of_the_app_creates_the_response() {
    fn respond(refusal: &Refusal, _: &HttpRequest) -> HttpResponse {
        HttpResponse::build(refusal.status_code()).body(format!("refused: {}", refusal.reason()))
    }
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let settings = cognito.settings().unguarded_routes(UnguardedRoutes::Deny);
    let builder = CognitoAuth::builder().settings(settings).responder(respond);
    let auth = builder.build().expect("valid settings");
    let app = App::new().wrap(auth).configure(open_at("/open"));
    let app = test::init_service(app).await;
    let request = test::TestRequest::with_uri("/open").to_request();
    let response = test::call_service(&app, request).await;
    assert_eq!(response.status(), 500);
    assert_eq!(test::read_body(response).await, "refused: unguarded_route");
}
