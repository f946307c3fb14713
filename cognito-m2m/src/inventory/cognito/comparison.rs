use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::Inventory;
use crate::inventory::cognito::code_scopes::{CodeScopes, identifier};
use crate::inventory::cognito::drift_finding::DriftFinding;
use crate::inventory::cognito::existing_user_pool::ExistingUserPool;
use crate::inventory::cognito::place::place;
use crate::inventory::cognito::required_scopes::calls;
use crate::inventory::cognito::rule_check::{EnforcedRules, granted};

/// A comparison of the rules of an app with a user pool.
pub(super) struct Comparison<'i> {
    pub(super) inventory: &'i Inventory,
    pub(super) existing: &'i ExistingUserPool,
    pub(super) scopes: CodeScopes,
}

impl Comparison<'_> {
    /// Returns all findings, with those of one kind together.
    pub(super) fn findings(&self) -> Vec<DriftFinding> {
        [
            self.undefined_scopes(),
            self.unsatisfiable_rules(),
            self.unused_scopes(),
            self.unused_scopes_of_clients(),
            self.idle_clients(),
        ]
        .concat()
    }

    fn undefined_scopes(&self) -> Vec<DriftFinding> {
        let (mut undefined, mut not_custom) = (Vec::new(), Vec::new());
        for (scope, places) in self.scopes.required() {
            let (is_known, is_custom) = (self.existing.may_define(scope), scope.contains('/'));
            let (scope, required_by) = (scope.to_owned(), places.to_vec());
            match (self.existing.is_of_trigger(&scope), is_custom, is_known) {
                (true, _, _) | (false, true, true) => {}
                (false, false, _) => {
                    not_custom.push(DriftFinding::NotCustomScope { scope, required_by });
                }
                (false, true, false) => {
                    undefined.push(DriftFinding::UndefinedScope { scope, required_by });
                }
            }
        }
        let required: BTreeSet<_> = self.scopes.required().map(|(scope, _)| scope).collect();
        let defined = self.scopes.defined().map(|(scope, _)| scope);
        let only_defined = defined.filter(|scope| {
            !required.contains(scope)
                && self.existing.is_own(scope)
                && !self.existing.may_define(scope)
        });
        undefined.extend(only_defined.map(|scope| DriftFinding::UndefinedScope {
            scope: scope.to_owned(),
            required_by: Vec::new(),
        }));
        undefined.extend(not_custom);
        undefined
    }

    /// Returns the unused scopes, and the resource servers of which no rule requires a scope.
    fn unused_scopes(&self) -> Vec<DriftFinding> {
        let required = self.scopes.required_servers();
        let mut scopes = Vec::new();
        let mut servers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for scope in self.existing.scopes().into_iter().flatten() {
            if !self.is_unused(scope) {
                continue;
            }
            match identifier(scope) {
                Some(server) if !required.contains(server) => {
                    servers.entry(server).or_default().push(scope.to_owned());
                }
                _ => scopes.push(DriftFinding::UnusedScope {
                    scope: scope.to_owned(),
                }),
            }
        }
        let server = |(identifier, scopes): (&str, _)| DriftFinding::UnusedResourceServer {
            identifier: identifier.to_owned(),
            scopes,
        };
        scopes
            .into_iter()
            .chain(servers.into_iter().map(server))
            .collect()
    }

    fn is_unused(&self, scope: &str) -> bool {
        self.existing.is_own(scope) && !self.scopes.explain(scope)
    }

    fn unused_scopes_of_clients(&self) -> Vec<DriftFinding> {
        let findings = self.existing.clients().filter_map(|client| {
            let unused = client.custom_scopes().filter(|scope| self.is_unused(scope));
            let scopes: Vec<_> = unused.map(str::to_owned).collect();
            let client = client.clone();
            (!scopes.is_empty()).then_some(DriftFinding::UnusedScopesOfClient { client, scopes })
        });
        findings.collect()
    }

    fn unsatisfiable_rules(&self) -> Vec<DriftFinding> {
        if self.existing.clients().len() == 0 {
            return Vec::new();
        }
        let clients = self.existing.clients();
        let clients = clients.filter_map(|client| Some((client, granted(client, self.existing)?)));
        let clients: Vec<_> = clients.collect();
        let mut findings = Vec::new();
        for route in self.inventory {
            for call in calls(route) {
                let Some(rules) = EnforcedRules::of(route, call) else {
                    continue;
                };
                let listed = clients.iter().filter(|(client, _)| rules.list(client));
                let listed: Vec<_> = listed.collect();
                if rules.list_other_pools() || listed.iter().any(|(_, set)| rules.are_met_by(set)) {
                    continue;
                }
                findings.push(DriftFinding::UnsatisfiableRule {
                    route: place(route),
                    endpoint: call.endpoint.cloned(),
                    method: call.method.map(str::to_owned),
                    scopes: rules.named_scopes(),
                    only_other_clients: listed.is_empty() && !clients.is_empty(),
                });
            }
        }
        findings
    }

    fn idle_clients(&self) -> Vec<DriftFinding> {
        let rules = self.inventory.into_iter().flat_map(|route| {
            let calls = calls(route).into_iter();
            calls.filter_map(|call| EnforcedRules::of(route, call))
        });
        let rules: Vec<_> = rules.collect();
        if rules.is_empty() {
            return Vec::new();
        }
        let clients = self.existing.clients();
        let idle = clients
            .filter(|client| client.client_credentials && self.existing.is_own_client(client));
        let idle = idle.filter(|client| {
            !granted(client, self.existing).is_some_and(|granted| {
                let mut rules = rules.iter();
                rules.any(|rules| rules.list(client) && rules.are_met_by(&granted))
            })
        });
        let finding = |client| DriftFinding::IdleClient { client };
        idle.cloned().map(finding).collect()
    }
}

#[cfg(test)]
mod tests;
