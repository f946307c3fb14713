//! The handlers of a program, as far as its items show them.

use actix_web::{HttpResponse, Responder, get, route, routes};
use cognito_m2m::inventory::{self, Access, GuardSource, Route};
use cognito_m2m::{
    Policy, allow_client_ids, require_authentication, require_claim, require_scopes, scope_map,
};

#[require_scopes("widgets/read")]
#[get("/above/{id}", name = "above")]
async fn above() -> impl Responder {
    HttpResponse::Ok()
}

#[get("/below")]
#[require_scopes("widgets/read")]
async fn below() -> impl Responder {
    HttpResponse::Ok()
}

#[require_claim("environment" = "prod", danger_report_only)]
#[route("/mixed", method = "GET", method = "PURGE")]
#[allow_client_ids("reporting", group = "ops")]
#[require_authentication]
async fn mixed() -> impl Responder {
    HttpResponse::Ok()
}

#[require_scopes("widgets/read")]
#[routes]
#[get("/first")]
#[get("/second")]
async fn twice() -> impl Responder {
    HttpResponse::Ok()
}

#[scope_map(GET = "reports/read")]
mod reports {
    use super::*;

    #[get("/reports")]
    #[require_authentication]
    pub(super) async fn list() -> impl Responder {
        HttpResponse::Ok()
    }

    #[public(reason = "part of the documentation")]
    #[get("/formats")]
    pub(super) async fn formats() -> impl Responder {
        HttpResponse::Ok()
    }
}

macro_rules! handlers {
    ($($name:ident)*) => {
        $(
            #[require_authentication]
            #[require_scopes("widgets/read")]
            #[get("/generated")]
            async fn $name() -> impl Responder {
                HttpResponse::Ok()
            }
        )*
    };
}

handlers!(first_generated second_generated);

/// Returns the only route of a handler of this file.
fn route_of(name: &str) -> Route {
    let handler = format!("inventory::items::{name}");
    let inventory = inventory::routes();
    assert!(!inventory.is_of_app());
    let mut found = inventory
        .routes()
        .iter()
        .filter(|route| route.handler.as_deref() == Some(&*handler));
    let route = found.next().expect("the handler is listed").clone();
    assert_eq!(found.next(), None, "{name} is listed once");
    assert!(
        route
            .file
            .as_deref()
            .is_some_and(|file| file.ends_with("items.rs"))
    );
    route
}

fn endpoints(route: &Route) -> Vec<String> {
    let endpoints = route.endpoints.iter();
    endpoints
        .map(|endpoint| format!("{} {}", endpoint.method, endpoint.path))
        .collect()
}

fn policies(route: &Route) -> Vec<(Policy, bool)> {
    let Access::Guarded(guards) = &route.access else {
        panic!("a guarded route: {route:?}");
    };
    assert!(
        guards
            .iter()
            .all(|guard| guard.source == GuardSource::Attribute)
    );
    let guards = guards.iter();
    guards
        .map(|guard| (guard.policy.clone(), guard.report_only))
        .collect()
}

#[test]
fn handler_has_the_routes_below_its_attributes() {
    for (name, expected) in [
        ("above", &["GET /above/{id}"] as &[&str]),
        // Actix expands an attribute above first, so the guard does not see it.
        ("below", &[]),
        ("mixed", &["GET /mixed", "PURGE /mixed"]),
        ("twice", &["GET /first", "GET /second"]),
        ("reports::list", &["GET /reports"]),
        ("reports::formats", &["GET /formats"]),
        ("first_generated", &["GET /generated"]),
        ("second_generated", &["GET /generated"]),
    ] {
        assert_eq!(endpoints(&route_of(name)), expected, "{name}");
    }
    let _ = (above, below, mixed, twice, reports::list, reports::formats);
    let _ = (first_generated, second_generated);
}

#[test]
fn handler_has_all_of_its_attributes_outermost_first() {
    let read = || Policy::scope("widgets/read");
    assert_eq!(policies(&route_of("above")), [(read(), false)]);
    let guards = policies(&route_of("mixed"));
    let expected = [
        Policy::claim("environment", "prod"),
        Policy::authenticated(),
    ];
    assert_eq!(guards.len(), 3);
    assert_eq!(guards[0], (expected[0].clone(), true));
    assert!(guards[1].0.lists_clients());
    assert_eq!(guards[1].0.groups().collect::<Vec<_>>(), ["ops"]);
    assert_eq!(guards[2], (expected[1].clone(), false));
    assert_eq!(policies(&route_of("reports::list")).len(), 2);
    for name in ["first_generated", "second_generated"] {
        let expected = [(Policy::authenticated(), false), (read(), false)];
        assert_eq!(policies(&route_of(name)), expected, "{name}");
    }
}

#[test]
fn public_handler_has_its_reason() {
    let Access::Public { reason } = route_of("reports::formats").access else {
        panic!("a public route");
    };
    assert_eq!(reason.as_deref(), Some("part of the documentation"));
}

#[test]
fn list_is_a_table_markdown_and_json() {
    let inventory = inventory::routes();
    let row = |text: &str| {
        let line = text.lines().find(|line| line.contains("/above/{id}"));
        line.expect("a row for the route").to_owned()
    };
    for text in [inventory.to_table(), inventory.to_markdown()] {
        let row = row(&text);
        for part in [
            "GET",
            "widgets/read",
            "inventory::items::above",
            "items.rs:",
        ] {
            assert!(row.contains(part), "{part}: {row}");
        }
    }
    let json: serde_json::Value = serde_json::from_str(&inventory.to_json()).expect("valid JSON");
    assert_eq!(json["version"], 1);
    assert_eq!(json["source"], "items");
    let read = inventory::Inventory::from_json(&inventory.to_json());
    assert_eq!(read.expect("an inventory"), inventory);
}
