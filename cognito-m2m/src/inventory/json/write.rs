use serde::Serialize;

use crate::inventory::json::version::VERSION;
use crate::inventory::json::write_rule::RuleJson;
use crate::inventory::words::policy_in_words;
use crate::inventory::{Access, GuardSource, Inventory, Route, RouteGuard};

/// Writes an inventory, with the line that `line` returns for each route.
pub(super) fn to_json(inventory: &Inventory, line: impl Fn(&Route) -> Option<u32>) -> String {
    let source = if inventory.is_of_app() {
        "app"
    } else {
        "items"
    };
    let routes = inventory.routes().iter();
    let document = DocumentJson {
        version: VERSION,
        source,
        routes: routes
            .map(|route| RouteJson::new(route, line(route)))
            .collect(),
    };
    // Writing strings, numbers and lists to memory can't fail.
    let mut json = serde_json::to_string_pretty(&document).unwrap_or_default();
    json.push('\n');
    json
}

#[derive(Serialize)]
struct DocumentJson<'i> {
    version: u64,
    source: &'static str,
    routes: Vec<RouteJson<'i>>,
}

#[derive(Serialize)]
struct RouteJson<'i> {
    #[serde(skip_serializing_if = "Option::is_none")]
    handler: Option<&'i str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'i str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    endpoints: Vec<EndpointJson<'i>>,
    access: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'i str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guards: Option<Vec<GuardJson<'i>>>,
}

#[derive(Serialize)]
struct EndpointJson<'i> {
    method: &'i str,
    path: &'i str,
}

#[derive(Serialize)]
struct GuardJson<'i> {
    source: &'static str,
    report_only: bool,
    words: String,
    rule: RuleJson<'i>,
}

impl<'i> RouteJson<'i> {
    fn new(route: &'i Route, line: Option<u32>) -> Self {
        let (access, reason, guards) = match &route.access {
            Access::Guarded(guards) => {
                let guards = guards.iter().map(GuardJson::new).collect();
                ("guarded", None, Some(guards))
            }
            Access::Public { reason } => ("public", reason.as_deref(), None),
            Access::Unguarded => ("unguarded", None, None),
        };
        let endpoints = route.endpoints.iter().map(|endpoint| EndpointJson {
            method: &endpoint.method,
            path: &endpoint.path,
        });
        Self {
            handler: route.handler.as_deref(),
            file: route.file.as_deref(),
            line,
            endpoints: endpoints.collect(),
            access,
            reason,
            guards,
        }
    }
}

impl<'i> GuardJson<'i> {
    fn new(guard: &'i RouteGuard) -> Self {
        Self {
            source: match guard.source {
                GuardSource::Attribute => "attribute",
                GuardSource::Wrap => "wrap",
                GuardSource::Extractor => "extractor",
            },
            report_only: guard.report_only,
            words: policy_in_words(&guard.policy),
            rule: RuleJson::new(&guard.policy),
        }
    }
}
