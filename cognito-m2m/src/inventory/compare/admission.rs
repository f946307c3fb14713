//! Which callers a route admits, for one method and one default of the settings.

use std::collections::BTreeSet;

use super::allowlist::Allowlist;
use super::formula::{Atom, Formula};
use super::pattern::ParameterNames;
use crate::inventory::{Access, RouteGuard};
use crate::policy::value::{Rule, rule_for};
use crate::policy::{ClaimRule, ClientSelector, ExpectedClaim, Policy, ScopeRule};
use crate::scope_match::ScopeMatch;

/// The callers that a route admits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// Every request, also without a token.
    Open,
    /// Requests with a valid token that satisfies the formula.
    Callers(Formula),
}

/// What decides which callers a route admits, apart from the route.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case<'a> {
    /// A method that no rule lists stands for all such methods.
    pub(super) method: &'a str,
    /// The setting `default_scope_match`.
    pub(super) scope_match: ScopeMatch,
    /// The names of path parameters at the endpoint with which routes are compared.
    pub(super) parameters: &'a ParameterNames<'a>,
}

impl Admission {
    pub(super) fn of(access: &Access, case: Case<'_>) -> Self {
        match access {
            Access::Guarded(guards) => Self::Callers(callers(guards, case)),
            Access::Public { .. } | Access::Unguarded => Self::Open,
        }
    }

    /// Combines the admissions of several routes, one of which answers.
    pub(super) fn any(admissions: impl IntoIterator<Item = Self>) -> Self {
        let mut formulas = Vec::new();
        for admission in admissions {
            match admission {
                Self::Open => return Self::Open,
                Self::Callers(formula) => formulas.push(formula),
            }
        }
        Self::Callers(Formula::any(formulas))
    }
}

/// Returns the methods for which a rule of the route has an entry, and `HEAD` if one has `GET`.
pub(super) fn listed_methods(access: &Access) -> BTreeSet<&str> {
    let mut methods = BTreeSet::new();
    if let Access::Guarded(guards) = access {
        for guard in guards {
            collect_methods(&guard.policy, &mut methods);
        }
    }
    if methods.contains("GET") {
        methods.insert("HEAD");
    }
    methods
}

fn collect_methods<'p>(policy: &'p Policy, methods: &mut BTreeSet<&'p str>) {
    match &policy.0 {
        Rule::Methods(entries) => methods.extend(entries.iter().map(|(method, _)| method.as_ref())),
        Rule::Both(both) => {
            collect_methods(&both.0, methods);
            collect_methods(&both.1, methods);
        }
        _ => {}
    }
}

/// Returns what all guards together require. A guard that only reports requires nothing but a token.
fn callers(guards: &[RouteGuard], case: Case<'_>) -> Formula {
    let enforced = guards.iter().filter(|guard| !guard.report_only);
    let default_allowlist = (Allowlist::of(guards) == Allowlist::Default)
        .then_some(Formula::Atom(Atom::DefaultAllowlist));
    let rules = enforced.map(|guard| policy(&guard.policy, case));
    Formula::all(rules.chain(default_allowlist))
}

fn policy(policy: &Policy, case: Case<'_>) -> Formula {
    match &policy.0 {
        Rule::Authenticated => Formula::all([]),
        Rule::Scopes(rule) => scopes(rule, case.scope_match),
        Rule::Methods(entries) => match rule_for(entries, case.method) {
            Ok(rule) => scopes(rule, case.scope_match),
            Err(_) => Formula::NEVER,
        },
        Rule::Clients(selectors) => Formula::any(selectors.iter().map(client)),
        Rule::Claim(rule) => claim(rule, case),
        Rule::Claims(rules) => all_or_never(rules.iter().map(|rule| claim(rule, case))),
        Rule::Both(both) => {
            Formula::all([self::policy(&both.0, case), self::policy(&both.1, case)])
        }
    }
}

fn scopes(rule: &ScopeRule, scope_match: ScopeMatch) -> Formula {
    let parts = |rules: &[ScopeRule]| -> Vec<_> {
        let part = |rule| scopes(rule, scope_match);
        rules.iter().map(part).collect()
    };
    match (rule, scope_match) {
        (ScopeRule::Scope(scope), _) => Formula::Atom(Atom::Scope(scope.as_str().to_owned())),
        (ScopeRule::All(rules), _) | (ScopeRule::Default(rules), ScopeMatch::All) => {
            all_or_never(parts(rules))
        }
        (ScopeRule::Any(rules), _) | (ScopeRule::Default(rules), ScopeMatch::Any) => {
            Formula::any(parts(rules))
        }
    }
}

/// An empty list is never satisfied.
fn all_or_never(parts: impl IntoIterator<Item = Formula>) -> Formula {
    let mut parts = parts.into_iter().peekable();
    match parts.peek() {
        Some(_) => Formula::all(parts),
        None => Formula::NEVER,
    }
}

fn client(selector: &ClientSelector) -> Formula {
    Formula::Atom(match selector {
        ClientSelector::Client(id) => Atom::Client(id.clone().without_default_pool().to_string()),
        ClientSelector::Group(name) => Atom::Group(name.to_string()),
    })
}

fn claim(rule: &ClaimRule, case: Case<'_>) -> Formula {
    let name = rule.name();
    match rule.expected() {
        ExpectedClaim::OneOf(values) => Formula::any(values.iter().map(|value| {
            Formula::Atom(Atom::Claim {
                name: name.to_owned(),
                value: value.to_json().to_string(),
            })
        })),
        ExpectedClaim::PathParameter(parameter) => match case.parameters.renamed(parameter) {
            Some(parameter) => Formula::Atom(Atom::ClaimEqualsPath {
                name: name.to_owned(),
                parameter: parameter.to_owned(),
            }),
            None => Formula::NEVER,
        },
    }
}
