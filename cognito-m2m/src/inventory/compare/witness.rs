//! Requests that show a difference, in words.

use std::collections::BTreeSet;

use super::comparison::{Witness, WitnessMethod, WitnessRequest};
use super::formula::Atom;
use crate::scope_match::ScopeMatch;

/// A function that marks names, such as that of a scope.
pub(super) type Mark<'m> = &'m dyn Fn(&str) -> String;

/// Returns the request in words, such as `a token with the scope widgets/read`.
pub(super) fn request_in_words(witness: &Witness, mark: Mark<'_>) -> Option<String> {
    let request = match &witness.request {
        WitnessRequest::WithoutToken => "a request without a token".to_owned(),
        WitnessRequest::WithToken { caller, lacks } => token(caller, lacks, mark),
        WitnessRequest::Unknown => return None,
    };
    let method = match &witness.method {
        Some(WitnessMethod::Named(method)) => format!("{method} with "),
        Some(WitnessMethod::Unlisted) => "any other method with ".to_owned(),
        None => String::new(),
    };
    let setting = |value| format!("if {} is {}, ", mark("default_scope_match"), mark(value));
    let setting = match witness.scope_match {
        Some(ScopeMatch::All) => setting("all"),
        Some(ScopeMatch::Any) => setting("any"),
        None => String::new(),
    };
    Some(format!("{setting}{method}{request}"))
}

fn token(caller: &[Atom], lacks: &BTreeSet<Atom>, mark: Mark<'_>) -> String {
    let with = [scopes(caller, mark), claims(caller, mark)].concat();
    let mut text = format!("a token{}", client(caller, lacks, mark));
    if !with.is_empty() {
        text.push_str(" with ");
        text.push_str(&and(&with));
    }
    let without = without(caller, lacks, mark);
    if !without.is_empty() {
        text.push_str(if with.is_empty() {
            " without "
        } else {
            " and without "
        });
        text.push_str(&without.join(" or "));
    }
    text
}

/// Returns the words about the client, such as ` of the client reporting`.
fn client(caller: &[Atom], lacks: &BTreeSet<Atom>, mark: Mark<'_>) -> String {
    let id = caller.iter().find_map(|atom| match atom {
        Atom::Client(id) => Some(format!(" of the client {}", mark(id))),
        _ => None,
    });
    let is_other = id.is_none() && lacks.iter().any(|atom| matches!(atom, Atom::Client(_)));
    let listed = |atom| list_in_words(atom, mark);
    let lists = caller
        .iter()
        .filter_map(listed)
        .map(|list| format!("in {list}"));
    let other_lists = lacks
        .iter()
        .filter_map(listed)
        .map(|list| format!("not in {list}"));
    let lists = and(&lists.chain(other_lists).collect::<Vec<_>>());
    match (id, lists.as_str()) {
        (Some(id), "") => id,
        (Some(id), lists) => format!("{id} ({lists})"),
        (None, "") if is_other => " of another client".to_owned(),
        (None, lists) if is_other => format!(" of another client ({lists})"),
        (None, "") => String::new(),
        (None, lists) => format!(" of a client {lists}"),
    }
}

/// Returns the words for a list of clients, whose members are unknown.
fn list_in_words(atom: &Atom, mark: Mark<'_>) -> Option<String> {
    match atom {
        Atom::Group(name) => Some(format!("the group {}", mark(name))),
        Atom::DefaultAllowlist => Some(format!(
            "the default allowlist {}",
            mark("allowed_client_ids")
        )),
        _ => None,
    }
}

/// Returns `the scopes a and b`.
fn scopes(caller: &[Atom], mark: Mark<'_>) -> Vec<String> {
    let scopes = caller.iter().filter_map(|atom| match atom {
        Atom::Scope(scope) => Some(mark(scope)),
        _ => None,
    });
    match scopes.collect::<Vec<_>>().as_slice() {
        [] => Vec::new(),
        [scope] => vec![format!("the scope {scope}")],
        scopes => vec![format!("the scopes {}", and(scopes))],
    }
}

fn claims(caller: &[Atom], mark: Mark<'_>) -> Vec<String> {
    let claims = caller.iter().filter_map(|atom| match atom {
        Atom::Claim { name, value } => {
            Some(format!("the claim {}", mark(&format!("{name} = {value}"))))
        }
        Atom::ClaimEqualsPath { name, parameter } => Some(format!(
            "the claim {} equal to the path parameter {}",
            mark(name),
            mark(parameter)
        )),
        _ => None,
    });
    claims.collect()
}

/// Returns the kinds of properties that the caller could have had, but has none of.
fn without(caller: &[Atom], lacks: &BTreeSet<Atom>, mark: Mark<'_>) -> Vec<String> {
    let is_scope = |atom: &Atom| matches!(atom, Atom::Scope(_));
    let scopes = lacks.iter().any(is_scope) && !caller.iter().any(is_scope);
    let held: BTreeSet<_> = caller.iter().filter_map(claim_name).collect();
    let names: BTreeSet<_> = lacks.iter().filter_map(claim_name).collect();
    let claims = names
        .difference(&held)
        .map(|name| format!("the claim {}", mark(name)));
    scopes
        .then(|| "scopes".to_owned())
        .into_iter()
        .chain(claims)
        .collect()
}

fn claim_name(atom: &Atom) -> Option<&str> {
    match atom {
        Atom::Claim { name, .. } | Atom::ClaimEqualsPath { name, .. } => Some(name),
        _ => None,
    }
}

/// Joins `a`, `b` and `c` to `a, b and c`.
pub(super) fn and(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}
