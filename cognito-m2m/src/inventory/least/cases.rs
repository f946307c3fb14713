use std::collections::BTreeMap;

use serde_json::Value;

use super::claim_values::{as_other_type, other_value, satisfying_values};
use super::clients::{ANY_CLIENT, CLIENT_CLAIMS, admitted_clients, unlisted_client};
use super::scope_sets::{MAX_SETS, Scopes, minimal, sets_of, unions};
use crate::inventory::least::{Caller, Lacking, RefusedCaller, Rules};
use crate::policy::{Denial, Policy};
use crate::qualified_client_id::QualifiedClientId;
use crate::scope::Scope;

/// The tokens that test an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cases {
    Satisfiable(Satisfiable),
    Unsatisfiable(Unsatisfiable),
}

/// The tokens that test an endpoint whose guards can be satisfied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Satisfiable {
    /// A caller with the least that the guards require.
    pub(crate) least: Caller,
    /// One caller for each further alternative: a minimal set of scopes, a client, or the value of a claim.
    pub(crate) alternatives: Vec<Caller>,
    /// Callers that lack one thing.
    pub(crate) refused: Vec<RefusedCaller>,
}

/// The token that tests an endpoint whose guards admit no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unsatisfiable {
    /// A caller with every scope and claim that the guards name.
    pub(crate) everything: Caller,
    /// The denial of that caller.
    pub(crate) denial: Denial,
}

/// Returns the tokens that test an endpoint. The given claims are in every token.
pub(crate) fn cases(rules: &Rules<'_>, given: &BTreeMap<String, Value>) -> Cases {
    let clients = admitted_clients(rules);
    let client = clients.first().cloned();
    let mut base = Caller {
        client: client.unwrap_or_else(|| QualifiedClientId::from_static(ANY_CLIENT)),
        scopes: Scopes::new(),
        claims: BTreeMap::new(),
    };
    for (name, value) in given {
        base.claims.insert(name.clone(), Some(value.clone()));
    }
    let values = satisfying_values(rules, given, &base);
    for (name, values) in &values {
        if let Some(value) = values.first() {
            base.claims.insert(name.clone(), Some(value.clone()));
        }
    }
    let sets = minimal_sets(rules, &base);
    let Some(scopes) = sets.first() else {
        return Cases::Unsatisfiable(unsatisfiable(rules, &base));
    };
    let least = with_scopes(&base, scopes);
    Cases::Satisfiable(Satisfiable {
        alternatives: alternatives(rules, &least, &sets, &clients, &values),
        refused: refused(rules, &least, &sets, &values),
        least,
    })
}

fn with_scopes(caller: &Caller, scopes: &Scopes) -> Caller {
    Caller {
        scopes: scopes.clone(),
        ..caller.clone()
    }
}

/// Returns the minimal sets of scopes with which the caller is admitted, at most [`MAX_SETS`].
fn minimal_sets(rules: &Rules<'_>, caller: &Caller) -> Vec<Scopes> {
    let Ok(scope_rules) = rules.scope_rules() else {
        return Vec::new();
    };
    let default_match = rules.defaults.scope_match;
    let sets = scope_rules.iter().fold(vec![Scopes::new()], |all, rule| {
        unions(&all, &sets_of(rule, default_match))
    });
    let admits = |scopes: &Scopes| rules.evaluate(&with_scopes(caller, scopes)).is_ok();
    let mut minimal_sets: Vec<Scopes> = Vec::new();
    let sets = sets.iter().flat_map(|set| of_resource_servers(rules, set));
    for set in sets.filter(|set| admits(set)) {
        let set = minimal(set, admits);
        if minimal_sets.len() < MAX_SETS && !minimal_sets.contains(&set) {
            minimal_sets.push(set);
        }
    }
    minimal_sets
}

/// Returns the set itself, or with a scope of each resource server if it has none of them.
fn of_resource_servers(rules: &Rules<'_>, scopes: &Scopes) -> Vec<Scopes> {
    let Some(servers) = &rules.defaults.resource_servers else {
        return vec![scopes.clone()];
    };
    if scopes.iter().any(|scope| servers.own(scope.as_str())) {
        return vec![scopes.clone()];
    }
    let scope = |identifier: &str| Scope::new(format!("{identifier}/cognito-m2m-test")).ok();
    let scopes_of_servers = servers.identifiers().filter_map(scope);
    scopes_of_servers
        .map(|scope| scopes.iter().cloned().chain([scope]).collect())
        .collect()
}

fn unsatisfiable(rules: &Rules<'_>, base: &Caller) -> Unsatisfiable {
    let named = rules.enforced().flat_map(Policy::named_scopes);
    let named: Scopes = named.collect();
    let scopes = of_resource_servers(rules, &named).into_iter().next();
    let everything = with_scopes(base, &scopes.unwrap_or(named));
    // The guards admit no minimal set, so they do not admit this caller either: its scopes satisfy every
    // rule that can be satisfied.
    let denial = rules.evaluate(&everything).err();
    Unsatisfiable {
        everything,
        denial: denial.unwrap_or(Denial::Method),
    }
}

fn alternatives(
    rules: &Rules<'_>,
    least: &Caller,
    sets: &[Scopes],
    clients: &[QualifiedClientId],
    values: &BTreeMap<String, Vec<Value>>,
) -> Vec<Caller> {
    let with_sets = sets.iter().map(|scopes| with_scopes(least, scopes));
    let with_clients = clients.iter().map(|client| Caller {
        client: client.clone(),
        ..least.clone()
    });
    let with_values = values.iter().flat_map(|(name, values)| {
        values.iter().map(|value| {
            let mut caller = least.clone();
            caller.claims.insert(name.clone(), Some(value.clone()));
            caller
        })
    });
    let all = with_sets
        .chain(with_clients.take(MAX_SETS))
        .chain(with_values.take(MAX_SETS));
    let others = all.filter(|caller| caller != least);
    others
        .filter(|caller| rules.evaluate(caller).is_ok())
        .collect()
}

fn refused(
    rules: &Rules<'_>,
    least: &Caller,
    sets: &[Scopes],
    values: &BTreeMap<String, Vec<Value>>,
) -> Vec<RefusedCaller> {
    let mut refused: Vec<RefusedCaller> = Vec::new();
    let mut add = |caller: Caller, lacking: Lacking| {
        let is_new = refused.iter().all(|known| known.caller != caller);
        if is_new && rules.evaluate(&caller).is_err() {
            refused.push(RefusedCaller { caller, lacking });
        }
    };
    for scopes in sets {
        for scope in scopes {
            let mut caller = with_scopes(least, scopes);
            caller.scopes.remove(scope);
            add(caller, Lacking::Scope(scope.clone()));
        }
    }
    if let Some(client) = unlisted_client(rules) {
        let least = least.clone();
        add(Caller { client, ..least }, Lacking::Client);
    }
    for (name, values) in values {
        for (value, lacking) in wrong_values(name, values) {
            let mut caller = least.clone();
            caller.claims.insert(name.clone(), value);
            add(caller, lacking);
        }
    }
    refused
}

/// Returns the values of a claim that no rule for it admits.
fn wrong_values(name: &str, values: &[Value]) -> Vec<(Option<Value>, Lacking)> {
    debug_assert!(!CLIENT_CLAIMS.contains(&name));
    let name = || name.to_owned();
    let mut wrong = vec![(None, Lacking::Claim(name()))];
    if let Some(value) = other_value(values) {
        wrong.push((Some(value.clone()), Lacking::Value(name(), value)));
    }
    if let Some(value) = values.first().map(as_other_type) {
        wrong.push((Some(value.clone()), Lacking::Type(name(), value)));
    }
    wrong
}
