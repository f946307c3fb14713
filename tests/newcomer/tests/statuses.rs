//! Requests to every route, with valid tokens, with an expired token, and without a token.

use actix_web::http::Method;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{App, test};
use cognito_m2m::CognitoAuth;
use cognito_m2m::settings::UnguardedRoutes;
use cognito_m2m::testing::LocalCognito;
use cognito_m2m_newcomer::routes;

/// A client ID and the scopes of its token.
type Client = (&'static str, &'static str);

struct Route {
    method: Method,
    path: &'static str,
    granted: &'static [Client],
    refused: &'static [Client],
    status_if_refused: u16,
    status_without_token: u16,
}

const fn route(
    method: Method,
    path: &'static str,
    granted: &'static [Client],
    refused: &'static [Client],
) -> Route {
    Route {
        method,
        path,
        granted,
        refused,
        status_if_refused: 403,
        status_without_token: 401,
    }
}

/// A route that responds to refusals with 404.
const fn hidden(
    path: &'static str,
    granted: &'static [Client],
    refused: &'static [Client],
) -> Route {
    let mut route = route(Method::GET, path, granted, refused);
    route.status_if_refused = 404;
    route.status_without_token = 404;
    route
}

/// The routes under `/above` and `/below`.
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
        "/reports/monthly",
        &[("any", "widgets/read")],
        &[("any", "other")],
    ),
    route(
        Method::GET,
        "/reports/yearly",
        &[("any", "widgets/read")],
        &[("any", "other")],
    ),
    route(Method::GET, "/reports/latest", &[("any", "")], &[]),
    route(Method::GET, "/reports/archive/oldest", &[("any", "")], &[]),
    route(
        Method::GET,
        "/module-parts",
        &[("any", "widgets/admin"), ("any", "widgets/read parts/read")],
        &[("any", "widgets/read"), ("any", "parts/read")],
    ),
    route(
        Method::GET,
        "/module-prices",
        &[("any", "prices/read"), ("any", "widgets/admin")],
        &[("any", "widgets/read")],
    ),
    route(
        Method::GET,
        "/module-orders",
        &[("any", "orders/read widgets/read")],
        &[("any", "orders/read"), ("any", "widgets/read")],
    ),
    route(
        Method::GET,
        "/module-widgets",
        &[("any", "widgets/read")],
        &[("any", "widgets/write")],
    ),
    route(
        Method::POST,
        "/module-widgets",
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
        "/module-secrets",
        &[("sync-worker", "secrets/read"), ("analyst", "secrets/read")],
        &[("analyst", "other"), ("any", "secrets/read")],
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
        "/authorized/crown",
        &[("any", "widgets/admin")],
        &[("any", "widgets/read")],
    ),
    route(Method::GET, "/authorized/spoon", &[("any", "")], &[]),
];

/// The routes under `/rehearsal`. Their rehearsed rules deny some of the granted requests.
const REHEARSED: [Route; 6] = [
    route(
        Method::GET,
        "/stock",
        &[("any", "widgets/read"), ("any", "")],
        &[],
    ),
    route(
        Method::POST,
        "/stock",
        &[("any", "widgets/write"), ("analyst", "widgets/write")],
        &[("analyst", "widgets/read")],
    ),
    route(
        Method::PATCH,
        "/transfers",
        &[("any", "widgets/read"), ("any", "")],
        &[],
    ),
    route(
        Method::GET,
        "/suppliers",
        &[("any", "widgets/read"), ("analyst", "widgets/read")],
        &[("analyst", "other")],
    ),
    route(
        Method::GET,
        "/returns",
        &[("any", ""), ("any", "widgets/read")],
        &[],
    ),
    route(
        Method::POST,
        "/returns",
        &[("any", ""), ("any", "widgets/write")],
        &[],
    ),
];

#[actix_web::test]
async fn attributes_above_the_route_attribute_guard_handlers() {
    assert_statuses("/above", &HANDLERS).await;
}

#[actix_web::test]
async fn attributes_below_the_route_attribute_guard_handlers() {
    assert_statuses("/below", &HANDLERS).await;
}

#[actix_web::test]
async fn attributes_on_modules_guard_every_handler() {
    assert_statuses("", &MODULES).await;
}

#[actix_web::test]
async fn rehearsed_rules_refuse_only_requests_without_a_valid_token() {
    assert_statuses("/rehearsal", &REHEARSED).await;
}

#[actix_web::test]
async fn deny_report_only_names_each_rehearsed_rule() {
    let cognito = LocalCognito::start().expect("the local Cognito starts");
    let settings = cognito.settings().client_group("reporting", ["analyst"]);
    let error = CognitoAuth::new(settings.deny_report_only(true)).expect_err("rules are rehearsed");
    let message = error.to_string();
    for handler in [
        "stock",
        "set_stock",
        "move_stock",
        "suppliers::list",
        "returns::list",
        "returns::create",
    ] {
        let named = format!(" cognito_m2m_newcomer::rehearsal::{handler} ");
        assert!(message.contains(&named), "{handler} in {message}");
    }
    assert_eq!(
        message.matches("`danger_report_only`").count(),
        6,
        "{message}"
    );
}

#[actix_web::test]
async fn policies_without_attributes_guard_routes() {
    assert_statuses("", &POLICIES).await;
}

#[actix_web::test]
async fn public_handlers_and_routes_need_no_token() {
    let api = Api::new();
    for path in [
        "/above/live",
        "/above/ready",
        "/below/live",
        "/below/ready",
        "/reports/health",
        "/reports/version",
        "/documents/terms",
        "/about",
    ] {
        assert_eq!(api.send(&Method::GET, path, None).await, 200, "{path}");
    }
}

async fn assert_statuses(prefix: &str, table: &[Route]) {
    let api = Api::new();
    for route in table {
        let (method, path) = (&route.method, format!("{prefix}{}", route.path));
        for client in route.granted {
            let status = api.send_as(*client, method, &path).await;
            assert_eq!(status, 200, "{method} {path} as {client:?}");
        }
        for client in route.refused {
            let status = api.send_as(*client, method, &path).await;
            assert_eq!(
                status, route.status_if_refused,
                "{method} {path} as {client:?}"
            );
        }
        let status = api.send(method, &path, None).await;
        assert_eq!(
            status, route.status_without_token,
            "{method} {path} without a token"
        );
        let expired = api.cognito.token("any").expired().sign();
        let status = api.send(method, &path, Some(&expired)).await;
        assert_eq!(status, 401, "{method} {path} with an expired token");
    }
}

struct Api {
    cognito: LocalCognito,
    auth: CognitoAuth,
}

impl Api {
    fn new() -> Self {
        let cognito = LocalCognito::start().expect("the local Cognito starts");
        let settings = cognito.settings();
        let settings = settings.client_group("reporting", ["analyst", "billing"]);
        let settings = settings.unguarded_routes(UnguardedRoutes::Deny);
        let auth = CognitoAuth::new(settings).expect("the settings are valid");
        Self { cognito, auth }
    }

    async fn send_as(&self, (client_id, scope): Client, method: &Method, path: &str) -> u16 {
        let token = self.cognito.token(client_id).scope(scope).sign();
        self.send(method, path, Some(&token)).await
    }

    async fn send(&self, method: &Method, path: &str, token: Option<&str>) -> u16 {
        let app = App::new().wrap(self.auth.clone()).configure(routes);
        let app = test::init_service(app).await;
        let mut request = test::TestRequest::with_uri(path).method(method.clone());
        if let Some(token) = token {
            request = request.insert_header((AUTHORIZATION, format!("Bearer {token}")));
        }
        let response = test::call_service(&app, request.to_request()).await;
        response.status().as_u16()
    }
}
