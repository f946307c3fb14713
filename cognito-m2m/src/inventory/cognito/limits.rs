//! The limits of Cognito.
//!
//! The lengths and the number of scopes of a resource server are those of [CreateResourceServer] in the API
//! reference. The numbers of resource servers and of scopes of a client are in the section «Quotas on resource
//! number and size» of [Quotas in Amazon Cognito].
//!
//! [CreateResourceServer]: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateResourceServer.html
//! [Quotas in Amazon Cognito]: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html

use std::collections::BTreeSet;

use crate::inventory::cognito::least_scopes::least_scopes;
use crate::inventory::cognito::place::place;
use crate::inventory::cognito::required_scopes::{calls, guards, scope_rules_for};
use crate::inventory::cognito::scope_fault::ScopeFault;
use crate::inventory::{Inventory, Route};
use crate::scope_match::ScopeMatch;

/// The maximum length of an identifier, a scope's name and a description, in characters.
pub(super) const MAX_LENGTH: usize = 256;

pub(super) const MAX_SCOPES_OF_A_SERVER: usize = 100;

/// The default quota, which AWS can raise.
pub(super) const MAX_SERVERS: usize = 25;

/// A quota that AWS does not raise.
const MAX_SCOPES_OF_A_CLIENT: usize = 50;

/// Returns a fault for each rule that needs more scopes than an app client can have.
pub(super) fn rules_beyond_one_client(inventory: &Inventory) -> Vec<ScopeFault> {
    let faults = inventory.into_iter().flat_map(route_faults);
    let mut seen = BTreeSet::new();
    faults
        .filter(|(key, _)| seen.insert(key.clone()))
        .map(|(_, fault)| fault)
        .collect()
}

fn route_faults(route: &Route) -> Vec<((String, Option<String>), ScopeFault)> {
    let faults = calls(route).into_iter().filter_map(|call| {
        let enforced = guards(route).iter().filter(|guard| !guard.report_only);
        let rules = enforced.map(|guard| scope_rules_for(&guard.policy, call.method));
        let rules = rules.collect::<Option<Vec<_>>>()?.concat();
        // The settings, which choose the default match, are unknown.
        let matches = [ScopeMatch::All, ScopeMatch::Any].into_iter();
        let count = matches
            .map(|default_match| least_scopes(&rules, default_match))
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .min()?;
        if count <= MAX_SCOPES_OF_A_CLIENT {
            return None;
        }
        let place = place(route);
        let method = call.method.map(str::to_owned);
        let fault = ScopeFault::ManyScopesOfOneClient {
            route: place.clone(),
            method: method.clone(),
            count,
        };
        Some(((place, method), fault))
    });
    faults.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::cognito::required_scopes::tests::{reporting_route, route};
    use crate::policy::{Policy, ScopeRule};

    fn scopes(prefix: &str, count: usize) -> Vec<String> {
        (0..count).map(|n| format!("{prefix}/{n}")).collect()
    }

    fn all(prefix: &str, count: usize) -> Policy {
        Policy::all_scopes(scopes(prefix, count)).expect("scopes")
    }

    fn faults(route: Route) -> Vec<ScopeFault> {
        rules_beyond_one_client(&Inventory::of_items(vec![route]))
    }

    #[test]
    fn rules_beyond_one_client_are_found_over_all_guards() {
        let found = faults(route("x::y", &[all("a", 30), all("b", 21)]));
        assert_eq!(
            found,
            [ScopeFault::ManyScopesOfOneClient {
                route: "x::y (src/main.rs:7)".to_owned(),
                method: None,
                count: 51,
            }]
        );
        assert_eq!(
            found[0].to_string(),
            "the rule of x::y (src/main.rs:7) needs at least 51 scopes of one client, but an app client of Cognito can have 50"
        );
        let map = Policy::scope_map([
            ("GET", ScopeRule::all(scopes("a", 51)).expect("scopes")),
            ("POST", ScopeRule::all(scopes("a", 50)).expect("scopes")),
        ]);
        let found = faults(route("x::y", &[map]));
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().contains(" for GET needs"));
    }

    #[test]
    fn rules_that_one_client_can_satisfy_are_no_fault() {
        let any = Policy::any_scope(scopes("a", 90)).expect("scopes");
        let default = Policy::scopes(scopes("a", 90)).expect("scopes");
        for route in [
            route("x", &[all("a", 50)]),
            route("x", &[all("a", 50), all("a", 50)]),
            route("x", &[any]),
            route("x", &[default]),
            reporting_route("x", all("a", 90)),
        ] {
            assert_eq!(faults(route.clone()), [], "{route:?}");
        }
    }

    #[test]
    fn rules_with_too_many_combinations_are_found_by_their_common_scopes() {
        let any = |prefix| Policy::any_scope(scopes(prefix, 90)).expect("scopes");
        let expanding = [any("b"), any("c"), any("d"), all("a", 51)];
        let found = faults(route("x::y", &expanding));
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().contains("at least 51 scopes"));
        let expanding = [any("b"), any("c"), any("d"), all("a", 50)];
        assert_eq!(faults(route("x::y", &expanding)), []);
    }
}
