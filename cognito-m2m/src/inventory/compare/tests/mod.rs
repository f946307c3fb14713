mod endpoints;
mod evaluation;
mod markdown;
mod parameters;
mod rules;
mod texts;

use crate::inventory::samples::{enforced, report_only, wrap};
use crate::inventory::{Access, Changes, Endpoint, GuardSource, Inventory, Route, RouteGuard};
use crate::policy::Policy;

fn guarded(policy: Policy) -> Access {
    Access::Guarded(vec![enforced(policy)])
}

fn public(reason: &str) -> Access {
    Access::Public {
        reason: Some(reason.to_owned()),
    }
}

fn read() -> Policy {
    Policy::scope("a/read")
}

fn write() -> Policy {
    Policy::scope("a/write")
}

fn route(handler: &str, endpoints: &[&str], access: Access) -> Route {
    let endpoint = |text: &&str| {
        let (method, path) = text.split_once(' ').expect("a method and a path");
        Endpoint::new(method, path)
    };
    Route {
        handler: (!handler.is_empty()).then(|| handler.to_owned()),
        file: Some("src/api.rs".to_owned()),
        line: Some(1),
        endpoints: endpoints.iter().map(endpoint).collect(),
        access,
    }
}

/// Returns what changed from one app to another.
fn changes(old: Vec<Route>, new: Vec<Route>) -> Changes {
    Inventory::of_app(new).changes_since(&Inventory::of_app(old))
}

/// Returns what changed from the items of one program to those of another.
fn changes_of_items(old: Vec<Route>, new: Vec<Route>) -> Changes {
    Inventory::of_items(new).changes_since(&Inventory::of_items(old))
}

/// Returns what changed at the only endpoint of an app.
fn changes_of(old: Access, new: Access) -> Changes {
    let app = |access| vec![route("api::list", &["GET /a"], access)];
    changes(app(old), app(new))
}

fn text(changes: &Changes) -> String {
    changes.to_string()
}
