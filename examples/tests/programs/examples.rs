//! The examples to copy from, each started with a local Cognito as its user pool.

use std::{thread, time::Duration};

use cognito_m2m::testing::{LocalClient, LocalCognito};
use serde_json::json;

use crate::{
    databases::TestDatabase,
    program::Api,
    user_pool::{cognito, pool},
};

/// Tokens with the scopes of an API for orders.
struct Tokens {
    none: String,
    read: String,
    write: String,
    admin: String,
}

impl Tokens {
    fn new(cognito: &LocalCognito) -> Self {
        let token = |client: &str, scope: &str| cognito.token(client).scope(scope).sign();
        Self {
            none: token("stranger", "other"),
            read: token("reader", "orders/read"),
            write: token("writer", "orders/read orders/write"),
            admin: token("admin", "orders/read orders/admin"),
        }
    }
}

fn start(program: &str, cognito: &LocalCognito, further: &[(&str, &str)]) -> Api {
    let jwks_url = cognito.jwks_url();
    let mut environment = pool(cognito.issuer(), &jwks_url).to_vec();
    environment.extend_from_slice(further);
    Api::start(program, &environment)
}

/// Checks the status of each request.
fn check(api: &Api, requests: &[(&str, &str, &str, u16)]) {
    for (method, path, token, expected) in requests {
        let status = api.status(method, path, token);
        assert_eq!(status, *expected, "{method} {path} {token}");
    }
}

#[test]
fn guarded_api_requires_tokens_scopes_and_clients() {
    let cognito = cognito();
    let tokens = Tokens::new(&cognito);
    let other_client = cognito.token("other").scope("orders/write").sign();
    let api = start(env!("CARGO_BIN_EXE_guarded_api"), &cognito, &[]);
    check(
        &api,
        &[
            ("GET", "/whoami", "a.b.c", 401),
            ("GET", "/whoami", &tokens.none, 200),
            ("GET", "/orders", "a.b.c", 401),
            ("GET", "/orders", &tokens.none, 403),
            ("GET", "/orders", &tokens.read, 200),
            ("POST", "/orders", &tokens.read, 403),
            ("POST", "/orders", &tokens.write, 201),
            ("POST", "/orders", &other_client, 403),
        ],
    );
    let response = api.send("GET", "/whoami", &tokens.read);
    let expected = json!({"client_id": "reader", "scopes": ["orders/read"]});
    assert_eq!(response.json(), expected);
    assert_eq!(api.stop(), Some(0));
}

#[test]
fn method_maps_require_a_scope_for_each_method() {
    let cognito = cognito();
    let tokens = Tokens::new(&cognito);
    let api = start(env!("CARGO_BIN_EXE_method_maps"), &cognito, &[]);
    check(
        &api,
        &[
            ("GET", "/orders/1", &tokens.none, 403),
            ("GET", "/orders/1", &tokens.read, 200),
            ("HEAD", "/orders/1", &tokens.read, 200),
            ("PUT", "/orders/1", &tokens.read, 403),
            ("PUT", "/orders/1", &tokens.write, 200),
            ("GET", "/orders", &tokens.read, 200),
            ("POST", "/orders", &tokens.read, 403),
            ("POST", "/orders", &tokens.write, 201),
            ("POST", "/orders", &tokens.admin, 201),
            ("POST", "/orders/1/cancel", &tokens.admin, 403),
            ("POST", "/orders/1/cancel", &tokens.write, 200),
            ("POST", "/orders/1/refund", &tokens.write, 403),
            ("POST", "/orders/1/refund", &tokens.admin, 200),
        ],
    );
}

#[test]
fn modules_and_policies_guard_all_their_routes() {
    let cognito = cognito();
    let tokens = Tokens::new(&cognito);
    let auditor = cognito.token("auditor");
    let auditor = auditor.scope("orders/audit orders/personal-data").sign();
    let api = start(env!("CARGO_BIN_EXE_modules_and_policies"), &cognito, &[]);
    check(
        &api,
        &[
            ("GET", "/orders", &tokens.none, 403),
            ("GET", "/orders", &tokens.read, 200),
            ("GET", "/orders/states", &tokens.none, 200),
            ("DELETE", "/orders/1", &tokens.read, 403),
            ("DELETE", "/orders/1", &tokens.write, 200),
            ("GET", "/admin/statistics", &tokens.read, 403),
            ("GET", "/admin/statistics", &tokens.admin, 200),
            ("GET", "/admin/exports/totals", &tokens.admin, 200),
            ("GET", "/admin/exports/personal-data", &tokens.admin, 403),
            ("GET", "/admin/exports/personal-data", &auditor, 200),
        ],
    );
}

#[test]
fn mapped_users_shows_the_row_of_the_client() {
    let cognito = cognito();
    let tokens = Tokens::new(&cognito);
    let database = TestDatabase::sqlite();
    let program = env!("CARGO_BIN_EXE_mapped_users");
    let api = start(program, &cognito, &[("DATABASE", &database.url())]);
    let get = |path: &str, token: &str| {
        let response = api.send("GET", path, token);
        (response.status, response.body)
    };
    let reader = (200, "user 1: reader\n".to_owned());
    assert_eq!(get("/account", &tokens.read), reader);
    assert_eq!(get("/account", &tokens.write).0, 403, "the row is inactive");
    assert_eq!(get("/account", &tokens.admin).0, 403, "there is no row");
    let mapped = (200, "hello, user reader\n".to_owned());
    assert_eq!(get("/greeting", &tokens.read), mapped);
    let unmapped = (200, "hello\n".to_owned());
    assert_eq!(get("/greeting", &tokens.admin), unmapped);
}

#[test]
fn client_activity_lists_the_clients_that_have_called() {
    let cognito = cognito();
    let tokens = Tokens::new(&cognito);
    let database = TestDatabase::sqlite();
    let url = database.url();
    let program = env!("CARGO_BIN_EXE_client_activity");
    let api = start(program, &cognito, &[("DATABASE", &url)]);
    check(
        &api,
        &[
            ("GET", "/orders", &tokens.none, 200),
            ("GET", "/admin/clients", &tokens.read, 403),
        ],
    );
    // Stopping writes what has been recorded.
    assert_eq!(api.stop(), Some(0));
    let api = start(program, &cognito, &[("DATABASE", &url)]);
    let list = api.send("GET", "/admin/clients", &tokens.admin).json();
    let clients = list["clients"].as_array().expect("a list of clients");
    for client in ["stranger", "reader"] {
        let is_listed = clients.iter().any(|row| row["client_id"] == json!(client));
        assert!(is_listed, "{list}");
    }
}

#[test]
fn cut_off_clients_refuses_the_tokens_of_a_client_until_it_is_lifted() {
    let cognito = cognito();
    let tokens = Tokens::new(&cognito);
    let database = TestDatabase::sqlite();
    let environment = [
        ("DATABASE", &*database.url()),
        ("COGNITO_M2M_CUTOFF_REFRESH", "50ms"),
    ];
    let program = env!("CARGO_BIN_EXE_cut_off_clients");
    let api = start(program, &cognito, &environment);
    let wait_for = |status: &[u16]| {
        for _ in 0..1_200 {
            if status.contains(&api.send("GET", "/orders", &tokens.read).status) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("the status is not one of {status:?} after 60 seconds");
    };
    check(
        &api,
        &[
            ("GET", "/orders", &tokens.read, 200),
            ("PUT", "/admin/cutoffs/reader", &tokens.read, 403),
            ("PUT", "/admin/cutoffs/reader", &tokens.admin, 200),
        ],
    );
    // 403 until the time of the cut-off, which is rounded up to a second, and 401 from then on.
    wait_for(&[401]);
    let list = api.send("GET", "/admin/cutoffs", &tokens.admin).json();
    assert_eq!(list["cutoffs"][0]["client_id"], json!("reader"));
    let lifted = [("DELETE", "/admin/cutoffs/reader", &*tokens.admin, 204)];
    check(&api, &lifted);
    wait_for(&[200]);
}

#[test]
fn two_hundred_calls_to_a_service_take_one_token_request() {
    let cognito = cognito();
    let client = LocalClient::new("reports").secret("s3cret");
    cognito.register(client.scopes(["orders/read"]));
    let orders = start(env!("CARGO_BIN_EXE_guarded_api"), &cognito, &[]);
    let orders_url = format!("http://{}", orders.address);
    let token_url = cognito.token_url();
    let environment = [
        ("COGNITO_M2M_TOKEN_URL", token_url.as_str()),
        ("COGNITO_M2M_CLIENT_ID", "reports"),
        ("COGNITO_M2M_CLIENT_SECRET", "s3cret"),
        ("ORDERS_URL", &orders_url),
    ];
    let reports = Api::start(env!("CARGO_BIN_EXE_call_a_service"), &environment);
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let response = reports.send("GET", "/report", "");
                    let expected = "report: the orders of reports\n";
                    assert_eq!((response.status, &*response.body), (200, expected));
                }
            });
        }
    });
    assert_eq!(cognito.token_requests(), 1);

    drop(orders);
    let unavailable = reports.send("GET", "/report", "");
    assert_eq!(unavailable.status, 502);
}
