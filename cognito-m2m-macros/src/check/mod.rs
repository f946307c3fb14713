//! Requirements that can't mean what they say.

use std::collections::HashSet;

use proc_macro2::Span;

use crate::arguments::Key;
use crate::attribute::Kind;
use crate::check::text::{client, client_group, scope};
use crate::errors::Errors;
use crate::model::{Asks, Client, Entry, Group, Requirement, Rule};

mod text;

/// The methods that Actix has attributes for (RFC 9110 section 9, RFC 5789, and `QUERY`).
const STANDARD_METHODS: [&str; 10] = [
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE",
];

pub(crate) fn check(kind: Kind, asks: &Asks, errors: &mut Errors) {
    match asks {
        Asks::ForAll(asked) => requirement(kind, asked, errors),
        Asks::ForEach(actions) => {
            if actions.is_empty() {
                report_empty(kind, "handler", "list = \"widgets/read\"", errors);
            }
            for action in actions {
                requirement(kind, &action.requirement, errors);
            }
        }
    }
}

fn requirement(kind: Kind, asked: &Requirement, errors: &mut Errors) {
    match asked {
        Requirement::Authentication => {}
        Requirement::Scopes(rule) => outer_rule(rule, errors),
        Requirement::Methods(entries) => {
            if entries.is_empty() {
                report_empty(kind, "method", "GET = \"widgets/read\"", errors);
            }
            for Entry { key, rule } in entries {
                method(key, errors);
                outer_rule(rule, errors);
            }
        }
        Requirement::Clients(list) => clients(kind, list, errors),
    }
}

/// `token = 1*tchar`, RFC 9110 section 5.6.2, without lower-case letters: methods are
/// case-sensitive (section 9.1), and one in lower case never arrives.
fn method(key: &Key, errors: &mut Errors) {
    let upper = key.text.to_ascii_uppercase();
    let letters = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let token = |byte: u8| letters(byte) || b"!#$%&'*+-.^_`|~".contains(&byte);
    let message = if key.text == upper && !upper.is_empty() && upper.bytes().all(token) {
        return;
    } else if STANDARD_METHODS.contains(&upper.as_str()) {
        format!("methods are written in upper case: `{upper}`")
    } else {
        format!(
            "`{}` is no method, which is a token in upper case, and none of `match`, `error` and `crate`",
            key.text
        )
    };
    errors.report(key.span, message);
}

fn clients(kind: Kind, list: &[Client], errors: &mut Errors) {
    if list.is_empty() {
        report_empty(kind, "client", "\"7k2m9f3qexample\"", errors);
    }
    let mut seen = HashSet::new();
    for entry in list {
        let text = entry.text();
        match entry {
            Client::Id(_) => client(text, errors),
            Client::Group(_) => client_group(text, errors),
        }
        if !seen.insert((std::mem::discriminant(entry), text.identity())) {
            errors.report(text.span(), "this is in the list already");
        }
    }
}

/// The rule of a whole attribute, or of an entry.
fn outer_rule(rule: &Rule, errors: &mut Errors) {
    match rule {
        Rule::Scope(text) => scope(text, errors),
        Rule::Group(group) if group.members.is_empty() => {
            let message = "name at least one scope, or use `#[require_authentication]`";
            errors.report_if_first(group.span, message);
        }
        Rule::Group(group) => members(group, &HashSet::new(), errors),
    }
}

fn members(group: &Group, around: &HashSet<String>, errors: &mut Errors) {
    let mut seen = HashSet::new();
    for member in &group.members {
        if let Rule::Scope(text) = member {
            scope(text, errors);
        }
        let identity = identity(member);
        if around.contains(&identity) {
            let message = "this scope stands beside the group already, so it changes nothing here";
            errors.report(member.span(), message);
        } else if !seen.insert(identity) {
            errors.report(member.span(), "this is in the list already");
        }
    }
    let scopes = group
        .members
        .iter()
        .filter(|rule| matches!(rule, Rule::Scope(_)));
    let around = around.iter().cloned().chain(scopes.map(identity)).collect();
    for member in &group.members {
        if let Rule::Group(inner) = member {
            inner_group(inner, &around, errors);
        }
    }
}

fn inner_group(group: &Group, around: &HashSet<String>, errors: &mut Errors) {
    let name = group.operator.name();
    match group.members.as_slice() {
        [] => errors.report(group.span, format_args!("an empty `{name}()` asks nothing")),
        [_] => {
            let message = format_args!("`{name}(..)` of one member is that member: write it alone");
            errors.report(group.span, message);
        }
        _ => {}
    }
    members(group, around, errors);
}

/// What two rules that mean the same have in common, whatever the order of their members.
fn identity(rule: &Rule) -> String {
    match rule {
        Rule::Scope(text) => text.identity(),
        Rule::Group(group) => {
            let mut members: Vec<_> = group.members.iter().map(identity).collect();
            members.sort_unstable();
            format!("{}({})", group.operator.name(), members.join(", "))
        }
    }
}

fn report_empty(kind: Kind, what: &str, example: &str, errors: &mut Errors) {
    let name = kind.name();
    let message = format_args!("name at least one {what}: `#[{name}({example})]`");
    errors.report_if_first(Span::call_site(), message);
}
