//! Checks of parsed requirements: empty lists, duplicates, and invalid names.

mod catalogue;
mod claims;
mod strings;

use std::collections::HashSet;

use proc_macro2::Span;

use crate::attribute::Attribute;
use crate::check::catalogue::check_catalogue;
use crate::check::claims::check_claims;
use crate::check::strings::{check_client, check_client_group, check_scope};
use crate::errors::Errors;
use crate::kind::Kind;
use crate::methods;
use crate::model::{Client, Group, Key, MethodEntry, Requirement, Requirements, Rule};

/// Reports requirements that are invalid, or have no effect.
pub(crate) fn check(attribute: &Attribute, errors: &mut Errors) {
    let kind = attribute.kind;
    match &attribute.requirements {
        Requirements::Shared(requirement) => check_requirement(attribute, requirement, errors),
        Requirements::PerHandler(actions) => {
            if actions.is_empty() {
                report_empty(kind, "handler", "list = \"widgets/read\"", errors);
            }
            for action in actions {
                check_requirement(attribute, &action.requirement, errors);
            }
        }
    }
    if let Some(catalogue) = &attribute.catalogue {
        check_catalogue(catalogue, &attribute.requirements, errors);
    }
}

fn check_requirement(attribute: &Attribute, requirement: &Requirement, errors: &mut Errors) {
    let kind = attribute.kind;
    match requirement {
        Requirement::Authentication => {}
        Requirement::Scopes(rule) => check_outer_rule(rule, errors),
        Requirement::Methods(entries) => {
            if entries.is_empty() {
                report_empty(kind, "method", "GET = \"widgets/read\"", errors);
            }
            for MethodEntry { key, rule } in entries {
                check_method(key, &attribute.accepted, errors);
                check_outer_rule(rule, errors);
            }
        }
        Requirement::Clients(clients) => check_clients(kind, clients, errors),
        Requirement::Claims(claims) if claims.is_empty() => {
            report_empty(kind, "claim", "\"tenant\" = \"acme\"", errors);
        }
        Requirement::Claims(claims) => check_claims(claims, errors),
    }
}

fn check_method(key: &Key, accepted: &[&'static str], errors: &mut Errors) {
    let name = key.text.as_str();
    let message = match methods::intended(key) {
        Some(method) if methods::is_method(name) => format!(
            "`{name}` looks like a misspelled HTTP method: write `{method}`, or for a custom method \
             the name in quotes: `\"{name}\" = ..`"
        ),
        Some(method) if method.eq_ignore_ascii_case(name) => {
            format!("HTTP methods are case-sensitive: write `{method}`")
        }
        _ if methods::is_method(name) => return,
        Some(method) => format!("`{name}` is not an HTTP method; did you mean `{method}`?"),
        None => format!(
            "`{name}` is neither an HTTP method in upper case nor one of the arguments `{}`",
            accepted.join("`, `")
        ),
    };
    errors.report(key.span, message);
}

fn check_clients(kind: Kind, clients: &[Client], errors: &mut Errors) {
    if clients.is_empty() {
        report_empty(kind, "client", "\"7k2m9f3qexample\"", errors);
    }
    let mut seen = HashSet::new();
    for client in clients {
        let string = client.string();
        match client {
            Client::Id(_) => check_client(string, errors),
            Client::Group(_) => check_client_group(string, errors),
        }
        if !seen.insert((std::mem::discriminant(client), string.identity())) {
            report_duplicate(string.span(), errors);
        }
    }
}

/// Checks the rule of a whole attribute, or of an entry of a map.
fn check_outer_rule(rule: &Rule, errors: &mut Errors) {
    match rule {
        Rule::Scope(scope) => check_scope(scope, errors),
        Rule::Group(group) if group.members.is_empty() => {
            let message = "list at least one scope, or use `#[require_authentication]`";
            errors.report_if_first(group.span, message);
        }
        Rule::Group(group) => check_members(group, &HashSet::new(), errors),
    }
}

/// Checks the members of a group.
///
/// `outer` contains the identities of the scopes in the enclosing groups.
fn check_members(group: &Group, outer: &HashSet<String>, errors: &mut Errors) {
    let mut seen = HashSet::new();
    for member in &group.members {
        if let Rule::Scope(scope) = member {
            check_scope(scope, errors);
        }
        let identity = identity(member);
        if outer.contains(&identity) {
            let message =
                "this scope has no effect here, because an enclosing list already contains it";
            errors.report(member.span(), message);
        } else if !seen.insert(identity) {
            report_duplicate(member.span(), errors);
        }
    }
    let scopes = group
        .members
        .iter()
        .filter(|rule| matches!(rule, Rule::Scope(_)));
    let outer = outer.iter().cloned().chain(scopes.map(identity)).collect();
    for member in &group.members {
        if let Rule::Group(inner) = member {
            check_inner_group(inner, &outer, errors);
        }
    }
}

fn check_inner_group(group: &Group, outer: &HashSet<String>, errors: &mut Errors) {
    let name = group.operator.name();
    match group.members.as_slice() {
        [] => {
            let message = format_args!("`{name}()` is empty: remove it, or list scopes in it");
            errors.report(group.span, message);
        }
        [_] => {
            let message = format_args!(
                "`{name}(..)` with a single member has no effect: write the member without it"
            );
            errors.report(group.span, message);
        }
        _ => {}
    }
    check_members(group, outer, errors);
}

/// Returns a key that is equal for rules with the same members, in any order.
fn identity(rule: &Rule) -> String {
    match rule {
        Rule::Scope(scope) => scope.identity(),
        Rule::Group(group) => {
            let mut members: Vec<_> = group.members.iter().map(identity).collect();
            members.sort_unstable();
            format!("{}({})", group.operator.name(), members.join(", "))
        }
    }
}

fn report_duplicate(at: Span, errors: &mut Errors) {
    errors.report(at, "this is already in the list");
}

fn report_empty(kind: Kind, element: &str, example: &str, errors: &mut Errors) {
    let name = kind.name();
    let message = format_args!("list at least one {element}: `#[{name}({example})]`");
    errors.report_if_first(Span::call_site(), message);
}
