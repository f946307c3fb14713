//! Handlers, scopes, resources and apps that are marked as public.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpRequest, get, test};
use cognito_m2m::activity::SqliteActivity;
use cognito_m2m::testing::LocalCognito;
use cognito_m2m::{ClientActivityPage, CognitoAuth, Policy, PublicRoutes, public, require_scopes};

use super::*;

const REASON: &str = "a constant";

#[public(reason = "above the route")]
#[get("/above")]
async fn above() -> &'static str {
    "open"
}

#[get("/below")]
#[public(reason = REASON)]
async fn below(_: HttpRequest) -> &'static str {
    "open"
}

#[cognito_m2m::public(reason = "without a route", crate = cognito_m2m)]
async fn without_route() -> &'static str {
    #![allow(clippy::unused_async)]
    "open"
}

#[public(reason = "a function that returns a future")]
fn returns_future() -> impl Future<Output = &'static str> {
    async { "open" }
}

type R = HttpRequest;

#[get("/sixteen")]
#[public(reason = "as many arguments as Actix accepts")]
#[rustfmt::skip]
async fn sixteen(
    a: R, _: R, _: R, _: R, _: R, _: R, _: R, _: R, _: R, _: R, _: R, _: R, _: R, _: R, _: R, _: R,
) -> String {
    a.path().to_owned()
}

struct Health(HttpRequest);

impl actix_web::FromRequest for Health {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
        std::future::ready(Ok(Self(request.clone())))
    }
}

impl Health {
    #[public(reason = "an associated function")]
    async fn associated() -> &'static str {
        "open"
    }

    #[public(reason = "a method that Actix can call")]
    async fn method(self, _: HttpRequest) -> String {
        self.0.path().to_owned()
    }
}

#[require_scopes("widgets/read")]
mod guarded {
    #[public(reason = "without an import")]
    #[actix_web::get("/module-public")]
    pub(super) async fn public_one() -> &'static str {
        "open"
    }

    #[actix_web::get("/module-path")]
    #[cognito_m2m::public(reason = "under its full path")]
    pub(super) async fn public_path() -> &'static str {
        "open"
    }

    #[actix_web::get("/module-guarded")]
    pub(super) async fn guarded_one() -> &'static str {
        "secret"
    }

    #[cognito_m2m::allow_client_ids("reporting")]
    pub(super) mod nested {
        #[public(reason = "in two guarded modules")]
        pub(in super::super) async fn public_nested() -> &'static str {
            "open"
        }
    }
}

fn handlers(app: &mut web::ServiceConfig) {
    app.service(above)
        .service(below)
        .route("/without-route", web::get().to(without_route))
        .route("/future", web::get().to(returns_future))
        .service(sixteen)
        .route("/associated", web::get().to(Health::associated))
        .route("/method", web::get().to(Health::method))
        .service(guarded::public_one)
        .service(guarded::public_path)
        .service(guarded::guarded_one)
        .route("/nested", web::get().to(guarded::nested::public_nested));
}

const PUBLIC_HANDLERS: [&str; 10] = [
    "/above",
    "/below",
    "/without-route",
    "/future",
    "/sixteen",
    "/associated",
    "/method",
    "/module-public",
    "/module-path",
    "/nested",
];

#[actix_web::test]
async fn public_handlers_answer_everyone() {
    let fixture = deny(handlers).await;
    for path in PUBLIC_HANDLERS {
        let answer = fixture.api.get_without_token(path).await;
        assert_eq!(answer.status, 200, "{path}");
    }
    let refused = fixture.api.get_without_token("/module-guarded").await;
    assert_eq!(refused.status, 401, "the others in the module stay guarded");
}

#[actix_web::test]
async fn public_handlers_work_without_the_middleware() {
    let app = test::init_service(App::new().configure(handlers)).await;
    for path in PUBLIC_HANDLERS {
        let request = test::TestRequest::with_uri(path).to_request();
        assert_eq!(test::call_service(&app, request).await.status(), 200);
    }
}

fn scopes(app: &mut web::ServiceConfig) {
    let public = PublicRoutes::because("a test");
    app.service(
        web::scope("/scope")
            .wrap(public)
            .configure(open_at("/open"))
            .service(
                web::resource("/guarded")
                    .wrap(Policy::scope("widgets/read"))
                    .to(open),
            )
            .default_service(web::to(open)),
    )
    .service(web::resource("/resource").wrap(public).to(open))
    .configure(open_at("/beside"));
}

#[actix_web::test]
async fn public_routes_mark_a_scope_or_a_resource() {
    let fixture = deny(scopes).await;
    for path in ["/scope/open", "/scope/whatever", "/resource"] {
        let answer = fixture.api.get_without_token(path).await;
        assert_eq!((answer.status, &*answer.body), (200, "secret"), "{path}");
    }
    let guarded = fixture.api.get_without_token("/scope/guarded").await;
    assert_eq!(guarded.status, 401, "a guard in the scope holds");
    assert_denied(&fixture.api.get_without_token("/beside").await, "/beside");
}

#[actix_web::test]
async fn public_routes_mark_an_app_only_inside_of_cognito_auth() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let settings = cognito.settings().unguarded_routes(UnguardedRoutes::Deny);
    let auth = CognitoAuth::new(settings).expect("valid settings");
    let public = PublicRoutes::because("a test");
    let request = || test::TestRequest::with_uri("/open").to_request();

    let inside = App::new()
        .configure(open_at("/open"))
        .wrap(public)
        .wrap(auth.clone());
    let inside = test::init_service(inside).await;
    assert_eq!(test::call_service(&inside, request()).await.status(), 200);

    let outside = App::new()
        .configure(open_at("/open"))
        .wrap(auth)
        .wrap(public);
    let outside = test::init_service(outside).await;
    assert_eq!(test::call_service(&outside, request()).await.status(), 500);
}

#[actix_web::test]
#[should_panic(expected = "the reason is blank")]
async fn public_routes_need_a_reason() {
    let _ = PublicRoutes::because(" \n");
}

#[actix_web::test]
async fn page_with_a_login_of_its_own_is_public() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let settings = cognito.settings().unguarded_routes(UnguardedRoutes::Deny);
    let auth = CognitoAuth::new(settings).expect("valid settings");
    let page = |path: &str| {
        ClientActivityPage::new(path, SqliteActivity::new("no-such-folder/no.db").reader())
    };
    let refuse = from_fn(
        async |request: ServiceRequest, _: Next<BoxBody>| -> Result<ServiceResponse, Error> {
            Ok(request.into_response(HttpResponse::Forbidden()))
        },
    );
    let app = App::new()
        .wrap(auth)
        .service(page("/with-login").wrap(refuse))
        .service(page("/without-login").danger_unguarded());
    let app = test::init_service(app).await;
    for (path, status) in [("/with-login", 403), ("/without-login", 503)] {
        let request = test::TestRequest::with_uri(path).to_request();
        let response = test::call_service(&app, request).await;
        assert_eq!(response.status(), status, "{path}");
    }
}
