//! Each route: a caller who is granted, one who is refused, and one without a token.

use actix_web::http::Method;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{App, test};
use cognito_m2m::CognitoAuth;
use cognito_m2m::testing::LocalCognito;
use cognito_m2m_newcomer::routes;

/// A client and its scopes.
type Caller = (&'static str, &'static str);

struct Route {
    method: Method,
    path: &'static str,
    granted: &'static [Caller],
    refused: &'static [Caller],
    refusal: u16,
    without_token: u16,
}

const fn route(
    method: Method,
    path: &'static str,
    granted: &'static [Caller],
    refused: &'static [Caller],
) -> Route {
    Route {
        method,
        path,
        granted,
        refused,
        refusal: 403,
        without_token: 401,
    }
}

/// Where whoever is refused finds nothing.
const fn hidden(
    path: &'static str,
    granted: &'static [Caller],
    refused: &'static [Caller],
) -> Route {
    let mut route = route(Method::GET, path, granted, refused);
    route.refusal = 404;
    route.without_token = 404;
    route
}

/// `/above` and `/below` have these.
const HANDLERS: [Route; 14] = [
    route(Method::GET, "/status", &[("any", "")], &[]),
    route(
        Method::GET,
        "/widgets",
        &[("any", "widgets/read"), ("any", "other widgets/read")],
        &[("any", ""), ("any", "widgets/write"), ("any", "widgets")],
    ),
    route(
        Method::POST,
        "/widgets",
        &[("any", "widgets/write"), ("any", "widgets/admin")],
        &[("any", "widgets/read")],
    ),
    route(
        Method::POST,
        "/sales",
        &[
            ("any", "widgets/admin"),
            ("any", "widgets/write sales/write"),
        ],
        &[("any", "widgets/write"), ("any", "sales/write")],
    ),
    route(
        Method::GET,
        "/prices",
        &[("any", "prices/read"), ("any", "widgets/admin")],
        &[("any", "prices/write")],
    ),
    route(
        Method::PUT,
        "/prices",
        &[("any", "prices/write widgets/write")],
        &[("any", "prices/write"), ("any", "widgets/write")],
    ),
    route(
        Method::GET,
        "/parts",
        &[("any", "widgets/read")],
        &[("any", "parts/write")],
    ),
    route(
        Method::HEAD,
        "/parts",
        &[("any", "widgets/read")],
        &[("any", "parts/write")],
    ),
    route(
        Method::POST,
        "/parts",
        &[("any", "parts/write"), ("any", "widgets/admin")],
        &[("any", "widgets/read")],
    ),
    route(
        Method::GET,
        "/orders",
        &[("any", "orders/read")],
        &[("any", "orders/write")],
    ),
    route(
        Method::POST,
        "/orders",
        &[("any", "orders/read orders/write")],
        &[("any", "orders/read"), ("any", "orders/write")],
    ),
    route(
        Method::GET,
        "/reports",
        &[("sync-worker", ""), ("analyst", ""), ("billing", "")],
        &[("any", "widgets/admin")],
    ),
    route(
        Method::GET,
        "/audit",
        &[("analyst", "audit/read")],
        &[
            ("analyst", "other"),
            ("sync-worker", "audit/read"),
            ("any", "audit/read"),
        ],
    ),
    hidden("/secrets", &[("any", "secrets/read")], &[("any", "other")]),
];

const MODULES: [Route; 14] = [
    route(
        Method::GET,
        "/office/desk",
        &[("any", "widgets/read")],
        &[("any", "other")],
    ),
    route(
        Method::GET,
        "/office/drawer",
        &[("any", "widgets/read")],
        &[("any", "other")],
    ),
    route(Method::GET, "/office/door", &[("any", "")], &[]),
    route(Method::GET, "/office/archive/oldest", &[("any", "")], &[]),
    route(
        Method::GET,
        "/garage",
        &[
            ("any", "widgets/admin"),
            ("any", "widgets/read garage/read"),
        ],
        &[("any", "widgets/read"), ("any", "garage/read")],
    ),
    route(
        Method::GET,
        "/cellar",
        &[("any", "cellar/read"), ("any", "widgets/admin")],
        &[("any", "widgets/read")],
    ),
    route(
        Method::GET,
        "/attic",
        &[("any", "attic/read widgets/read")],
        &[("any", "attic/read"), ("any", "widgets/read")],
    ),
    route(
        Method::GET,
        "/garden",
        &[("any", "widgets/read")],
        &[("any", "widgets/write")],
    ),
    route(
        Method::POST,
        "/garden",
        &[("any", "widgets/write")],
        &[("any", "widgets/read")],
    ),
    route(
        Method::GET,
        "/actions",
        &[("any", "widgets/read")],
        &[("any", "widgets/write")],
    ),
    route(
        Method::POST,
        "/actions",
        &[
            ("sync-worker", "actions/write"),
            ("sync-worker", "widgets/admin"),
        ],
        &[("sync-worker", "widgets/read"), ("any", "actions/write")],
    ),
    route(
        Method::POST,
        "/actions/retire",
        &[("sync-worker", "widgets/write")],
        &[("sync-worker", "widgets/read"), ("any", "widgets/write")],
    ),
    route(
        Method::POST,
        "/actions/purge",
        &[("any", "widgets/admin")],
        &[("any", "widgets/write")],
    ),
    hidden(
        "/safe",
        &[("sync-worker", "safe/open"), ("analyst", "safe/open")],
        &[("analyst", "other"), ("any", "safe/open")],
    ),
];

const POLICIES: [Route; 4] = [
    route(
        Method::GET,
        "/wrapped/statistics",
        &[("any", "widgets/admin")],
        &[("any", "widgets/read")],
    ),
    hidden(
        "/routed/statistics",
        &[("any", "widgets/admin")],
        &[("any", "widgets/read")],
    ),
    route(
        Method::GET,
        "/asked/crown",
        &[("any", "widgets/admin")],
        &[("any", "widgets/read")],
    ),
    route(Method::GET, "/asked/spoon", &[("any", "")], &[]),
];

#[actix_web::test]
async fn handlers_are_guarded_above_the_route_attribute() {
    check("/above", &HANDLERS).await;
}

#[actix_web::test]
async fn handlers_are_guarded_below_the_route_attribute() {
    check("/below", &HANDLERS).await;
}

#[actix_web::test]
async fn every_handler_of_a_guarded_module_is_guarded() {
    check("", &MODULES).await;
}

#[actix_web::test]
async fn policies_guard_without_attributes() {
    check("", &POLICIES).await;
}

#[actix_web::test]
async fn an_exempt_handler_is_open() {
    let api = Api::new();
    for path in ["/office/health", "/office/version"] {
        assert_eq!(api.ask(&Method::GET, path, None).await, 200, "{path}");
    }
}

async fn check(prefix: &str, table: &[Route]) {
    let api = Api::new();
    for route in table {
        let (method, path) = (&route.method, format!("{prefix}{}", route.path));
        for caller in route.granted {
            let status = api.ask_as(*caller, method, &path).await;
            assert_eq!(status, 200, "{method} {path} by {caller:?}");
        }
        for caller in route.refused {
            let status = api.ask_as(*caller, method, &path).await;
            assert_eq!(status, route.refusal, "{method} {path} by {caller:?}");
        }
        let status = api.ask(method, &path, None).await;
        assert_eq!(status, route.without_token, "{method} {path}, no token");
        let expired = api.cognito.token("any").expired().sign();
        let status = api.ask(method, &path, Some(&expired)).await;
        assert_eq!(status, 401, "{method} {path} with an expired token");
    }
}

struct Api {
    cognito: LocalCognito,
    auth: CognitoAuth,
}

impl Api {
    fn new() -> Self {
        let cognito = LocalCognito::start().expect("a local Cognito");
        let settings = cognito.settings();
        let settings = settings.client_group("reporting", ["analyst", "billing"]);
        let auth = CognitoAuth::new(settings).expect("sound settings");
        Self { cognito, auth }
    }

    async fn ask_as(&self, (client, scope): Caller, method: &Method, path: &str) -> u16 {
        let token = self.cognito.token(client).scope(scope).sign();
        self.ask(method, path, Some(&token)).await
    }

    async fn ask(&self, method: &Method, path: &str, token: Option<&str>) -> u16 {
        let app = App::new().wrap(self.auth.clone()).configure(routes);
        let app = test::init_service(app).await;
        let mut request = test::TestRequest::with_uri(path).method(method.clone());
        if let Some(token) = token {
            request = request.insert_header((AUTHORIZATION, format!("Bearer {token}")));
        }
        let answer = test::call_service(&app, request.to_request()).await;
        answer.status().as_u16()
    }
}
