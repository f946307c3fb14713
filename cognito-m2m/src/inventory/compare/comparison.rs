//! Compares what routes admit, for every method and setting that matters.

use std::collections::BTreeSet;

use super::admission::{Admission, Case, listed_methods};
use super::decide::{Beyond, admitted_beyond};
use super::effect::Effect;
use super::formula::{Atom, Formula};
use super::pattern::ParameterNames;
use super::unit::Unit;
use crate::inventory::Endpoint;
use crate::scope_match::ScopeMatch;

/// The requests that one side admits and the other refuses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Comparison {
    pub(super) loosens: Option<Witness>,
    pub(super) tightens: Option<Witness>,
}

/// A request that shows a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Witness {
    pub(super) request: WitnessRequest,
    /// The method, if the endpoint doesn't show it and the rules depend on it.
    pub(super) method: Option<WitnessMethod>,
    /// The setting `default_scope_match`, if the request shows the difference with this value only.
    pub(super) scope_match: Option<ScopeMatch>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WitnessMethod {
    Named(String),
    /// A method that no rule lists.
    Unlisted,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WitnessRequest {
    WithoutToken,
    WithToken {
        /// What the caller has.
        caller: Vec<Atom>,
        /// What the caller could have had to be admitted by the refusing side.
        lacks: BTreeSet<Atom>,
    },
    /// The rules are too large to compare.
    Unknown,
}

impl Comparison {
    pub(super) fn effect(&self) -> Effect {
        Effect::new(self.loosens.is_some(), self.tightens.is_some())
    }

    /// Adds what another comparison has found.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            loosens: self.loosens.or(other.loosens),
            tightens: self.tightens.or(other.tightens),
        }
    }
}

/// Compares routes, one of which answered, with routes, one of which answers now.
pub(super) fn compare(old: &[Unit<'_>], new: &[Unit<'_>]) -> Comparison {
    let methods = methods(old.iter().chain(new));
    methods
        .into_iter()
        .fold(Comparison::default(), |found, method| {
            let here = compare_for(old, new, &method);
            found.or(here)
        })
}

/// Returns the methods for which routes are compared: all that a rule lists, and one that none lists.
fn methods<'u>(units: impl Iterator<Item = &'u Unit<'u>>) -> Vec<WitnessMethod> {
    let unknown = units.filter(|unit| unit.method().is_none());
    let listed: BTreeSet<&str> = unknown
        .flat_map(|unit| listed_methods(unit.access))
        .collect();
    let listed = listed
        .into_iter()
        .map(|method| WitnessMethod::Named(method.to_owned()));
    listed.chain([WitnessMethod::Unlisted]).collect()
}

fn compare_for(old: &[Unit<'_>], new: &[Unit<'_>], method: &WitnessMethod) -> Comparison {
    let place = new.first().and_then(|unit| unit.endpoint);
    let sides = [ScopeMatch::All, ScopeMatch::Any].map(|scope_match| {
        let old = admission(old, place, method, scope_match);
        let new = admission(new, place, method, scope_match);
        (old, new)
    });
    let depends_on_method = matches!(method, WitnessMethod::Named(_))
        || old
            .iter()
            .chain(new)
            .any(|unit| unit.method().is_none() && !listed_methods(unit.access).is_empty());
    let method = depends_on_method.then(|| method.clone());
    let [all, any] = sides;
    Comparison {
        loosens: witness([(&all.1, &all.0), (&any.1, &any.0)], method.clone()),
        tightens: witness([(&all.0, &all.1), (&any.0, &any.1)], method),
    }
}

/// Returns whom the routes admit. Path parameters get the names that they have at `place`.
fn admission(
    units: &[Unit<'_>],
    place: Option<&Endpoint>,
    method: &WitnessMethod,
    scope_match: ScopeMatch,
) -> Admission {
    let method = match method {
        WitnessMethod::Named(method) => method,
        WitnessMethod::Unlisted => "",
    };
    Admission::any(units.iter().map(|unit| {
        let case = Case {
            method: unit.method().unwrap_or(method),
            scope_match,
            parameters: &ParameterNames::new(unit.endpoint, place),
        };
        Admission::of(unit.access, case)
    }))
}

/// Returns a request that the first of a pair admits and the second refuses, with either setting.
fn witness(
    [all, any]: [(&Admission, &Admission); 2],
    method: Option<WitnessMethod>,
) -> Option<Witness> {
    let with_all = request(all.0, all.1);
    let with_any = if all == any {
        with_all.clone()
    } else {
        request(any.0, any.1)
    };
    let (request, scope_match) = match (with_all, with_any) {
        (Some(all), Some(any)) if is_same(&all, &any) => (all, None),
        (Some(all), _) => (all, Some(ScopeMatch::All)),
        (None, Some(any)) => (any, Some(ScopeMatch::Any)),
        (None, None) => return None,
    };
    Some(Witness {
        request,
        method,
        scope_match,
    })
}

fn is_same(left: &WitnessRequest, right: &WitnessRequest) -> bool {
    match (left, right) {
        (
            WitnessRequest::WithToken { caller: left, .. },
            WitnessRequest::WithToken { caller: right, .. },
        ) => left == right,
        (left, right) => left == right,
    }
}

fn request(admitting: &Admission, refusing: &Admission) -> Option<WitnessRequest> {
    match (admitting, refusing) {
        (_, Admission::Open) => None,
        (Admission::Open, Admission::Callers(_)) => Some(WitnessRequest::WithoutToken),
        (Admission::Callers(admitting), Admission::Callers(refusing)) => token(admitting, refusing),
    }
}

fn token(admitting: &Formula, refusing: &Formula) -> Option<WitnessRequest> {
    match admitted_beyond(admitting, refusing) {
        Beyond::None => None,
        Beyond::Unknown => Some(WitnessRequest::Unknown),
        Beyond::Caller(mut caller) => {
            let lacks = refusing.atoms().into_iter();
            let lacks = lacks.filter(|atom| !caller.contains(atom));
            let lacks = lacks.cloned().collect();
            // Usually, the default allowlist applies on both sides and explains nothing.
            let default_allowlist = Formula::Atom(Atom::DefaultAllowlist);
            let is_shared = refusing.requirements().contains(&default_allowlist);
            if is_shared || *refusing == Formula::NEVER {
                caller.retain(|atom| *atom != Atom::DefaultAllowlist);
            }
            Some(WitnessRequest::WithToken { caller, lacks })
        }
    }
}
