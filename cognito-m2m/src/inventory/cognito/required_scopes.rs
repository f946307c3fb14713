use std::collections::BTreeMap;

use crate::inventory::cognito::place::place;
use crate::inventory::{Access, Endpoint, Inventory, Route, RouteGuard};
use crate::policy::value::{Rule, rule_for};
use crate::policy::{Policy, ScopeRule};
use crate::scope::Scope;

/// Returns each scope that a guard names, with the places of the routes.
///
/// Guards that only report are included.
pub(super) fn required_scopes(inventory: &Inventory) -> BTreeMap<Scope, Vec<String>> {
    let mut required: BTreeMap<Scope, Vec<String>> = BTreeMap::new();
    for route in inventory {
        let place = place(route);
        let guards = guards(route).iter();
        for scope in guards.flat_map(|guard| guard.policy.named_scopes()) {
            let places = required.entry(scope).or_default();
            if !places.contains(&place) {
                places.push(place.clone());
            }
        }
    }
    required
}

/// Returns the guards of a route, outermost first.
pub(super) fn guards(route: &Route) -> &[RouteGuard] {
    match &route.access {
        Access::Guarded(guards) => guards,
        Access::Public { .. } | Access::Unguarded => &[],
    }
}

/// Returns the scope rules of a policy that apply to requests with this method, or `None` if the policy
/// has a rule per method and lists this one in none.
pub(super) fn scope_rules_for<'p>(
    policy: &'p Policy,
    method: Option<&str>,
) -> Option<Vec<&'p ScopeRule>> {
    let mut rules = Vec::new();
    for rule in policy.rules() {
        match rule {
            Rule::Scopes(rule) => rules.push(rule),
            Rule::Methods(entries) => rules.push(rule_for(entries, method?).ok()?),
            Rule::Authenticated
            | Rule::Clients(_)
            | Rule::Claim(_)
            | Rule::Claims(_)
            | Rule::Both(_) => {}
        }
    }
    Some(rules)
}

/// A method at which a route answers, and the path if it is known.
#[derive(Clone, Copy)]
pub(super) struct Call<'r> {
    pub(super) endpoint: Option<&'r Endpoint>,
    pub(super) method: Option<&'r str>,
}

/// Returns the methods and paths at which a route answers. Without known endpoints, the methods are those
/// that its guards list.
pub(super) fn calls(route: &Route) -> Vec<Call<'_>> {
    if !route.endpoints.is_empty() {
        let endpoints = route.endpoints.iter();
        return endpoints
            .map(|endpoint| Call {
                endpoint: Some(endpoint),
                method: Some(&endpoint.method),
            })
            .collect();
    }
    let guards = guards(route).iter();
    let mut methods: Vec<_> = guards
        .flat_map(|guard| guard.policy.listed_methods())
        .map(Some)
        .collect();
    methods.sort_unstable();
    methods.dedup();
    if methods.is_empty() {
        methods.push(None);
    }
    let call = |method| Call {
        endpoint: None,
        method,
    };
    methods.into_iter().map(call).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::inventory::samples::{guarded, report_only};

    /// Creates a route whose guards are all enforced.
    pub(in crate::inventory::cognito) fn route(handler: &str, policies: &[Policy]) -> Route {
        Route {
            handler: Some(handler.to_owned()),
            file: Some("src/main.rs".to_owned()),
            line: Some(7),
            endpoints: Vec::new(),
            access: guarded(policies.iter().cloned()),
        }
    }

    /// Creates a route with one guard that only reports.
    pub(in crate::inventory::cognito) fn reporting_route(handler: &str, policy: Policy) -> Route {
        let mut route = route(handler, &[]);
        route.access = Access::Guarded(vec![report_only(policy)]);
        route
    }

    pub(in crate::inventory::cognito) fn scope(text: &'static str) -> Policy {
        Policy::scope(text)
    }

    #[test]
    fn scopes_of_all_layers_nested_rules_and_methods_are_found() {
        let nested = ScopeRule::Any(
            vec![
                ScopeRule::all(["a/1", "a/2"]).expect("scopes"),
                ScopeRule::default_match(["a/3"]).expect("scopes"),
            ]
            .into(),
        );
        let map = Policy::scope_map([
            ("GET", ScopeRule::all(["b/1"]).expect("scopes")),
            ("POST", ScopeRule::any(["b/2", "b/3"]).expect("scopes")),
        ]);
        let inventory = Inventory::of_items(vec![
            route(
                "x::one",
                &[Policy::scope_rule(nested), map.and(scope("c/1"))],
            ),
            reporting_route("x::two", scope("d/1").and(scope("a/1"))),
            Route {
                access: Access::Unguarded,
                ..route("x::three", &[])
            },
        ]);
        let required = required_scopes(&inventory);
        let scopes: Vec<_> = required.keys().map(Scope::as_str).collect();
        assert_eq!(
            scopes,
            ["a/1", "a/2", "a/3", "b/1", "b/2", "b/3", "c/1", "d/1"]
        );
        let first = required.values().next().expect("places");
        assert_eq!(first.len(), 2);
        assert!(first.contains(&"x::two (src/main.rs:7)".to_owned()));
    }

    #[test]
    fn methods_come_from_endpoints_or_else_from_the_rules() {
        let map = Policy::scope_map([
            ("POST", ScopeRule::all(["b/1"]).expect("scopes")),
            ("GET", ScopeRule::all(["b/1"]).expect("scopes")),
        ]);
        let methods = |route: &Route| {
            let calls = calls(route);
            let methods = calls
                .iter()
                .map(|call| call.method.unwrap_or("-").to_owned());
            methods.collect::<Vec<_>>()
        };
        assert_eq!(methods(&route("x", &[scope("a/1")])), ["-"]);
        let mut mapped = route("x", &[map]);
        assert_eq!(methods(&mapped), ["GET", "POST"]);
        mapped.endpoints = vec![Endpoint::new("PUT", "/x")];
        assert_eq!(methods(&mapped), ["PUT"]);
    }

    #[test]
    fn head_uses_the_rule_of_get_and_unlisted_methods_have_none() {
        let map = Policy::scope_map([("GET", ScopeRule::all(["b/1"]).expect("scopes"))]);
        let map = map.and(scope("c/1"));
        let count = |method| scope_rules_for(&map, method).map(|rules| rules.len());
        assert_eq!(count(Some("GET")), Some(2));
        assert_eq!(count(Some("HEAD")), Some(2));
        assert_eq!(count(Some("POST")), None);
        assert_eq!(count(Some("get")), None);
        assert_eq!(count(None), None);
    }
}
