use std::borrow::Cow;

use crate::inventory::words::fragment::Fragment;
use crate::policy::{ClaimRule, ClaimValue, ClientSelector, ExpectedClaim, ScopeRule};

/// `widgets/read`, `all of a, b` or `any of a, (all of b, c)`.
pub(super) fn scopes(rule: &ScopeRule) -> Fragment {
    let (rules, before, after) = match rule {
        ScopeRule::Scope(scope) => return Fragment::simple(quoted(scope.as_str())),
        ScopeRule::All(rules) => (rules, "all of ", ""),
        ScopeRule::Any(rules) => (rules, "any of ", ""),
        ScopeRule::Default(rules) => (rules, "", " (all or any, by default_scope_match)"),
    };
    match rules.as_ref() {
        [] => Fragment::always_refused("the list of scopes is empty"),
        [only] => scopes(only),
        rules => {
            let elements: Vec<_> = rules
                .iter()
                .map(|rule| scopes(rule).into_element())
                .collect();
            Fragment::list(format!("{before}{}{after}", elements.join(", ")))
        }
    }
}

/// `GET: widgets/read; POST: any of a, b`.
pub(super) fn methods(entries: &[(Cow<'static, str>, ScopeRule)]) -> Fragment {
    if entries.is_empty() {
        return Fragment::always_refused("the map of methods is empty");
    }
    let effective = entries.iter().enumerate().filter(|(index, (method, _))| {
        let mut earlier = entries.iter().take(*index);
        !earlier.any(|(other, _)| other == method)
    });
    let entry = |(_, (method, rule)): (usize, &(Cow<'static, str>, ScopeRule))| {
        format!("{}: {}", quoted(method), scopes(rule).into_text())
    };
    let entries: Vec<_> = effective.map(entry).collect();
    Fragment::list(entries.join("; "))
}

pub(super) fn unlisted_method(method: &str) -> Fragment {
    Fragment::always_refused(format_args!("the map has no entry for {}", quoted(method)))
}

/// `client reporting, tenant-a:sync or group ops`.
pub(super) fn clients(selectors: &[ClientSelector]) -> Fragment {
    let clients = selectors.iter().filter_map(|selector| match selector {
        ClientSelector::Client(client) => Some(client.to_string()),
        ClientSelector::Group(_) => None,
    });
    let groups = selectors.iter().filter_map(|selector| match selector {
        ClientSelector::Group(name) => Some(format!("group {}", quoted(name))),
        ClientSelector::Client(_) => None,
    });
    let first = |(index, client)| match index {
        0 => format!("client {client}"),
        _ => client,
    };
    let all: Vec<_> = clients.enumerate().map(first).chain(groups).collect();
    match all.as_slice() {
        [] => Fragment::always_refused("the list of clients is empty"),
        [only] => Fragment::simple(only),
        [rest @ .., last] => Fragment::list(format!("{} or {last}", rest.join(", "))),
    }
}

pub(super) fn claims(rules: &[ClaimRule]) -> Fragment {
    if rules.is_empty() {
        return Fragment::always_refused("the list of claims is empty");
    }
    Fragment::conjunction(rules.iter().map(claim))
}

/// `claim environment = "prod"`, or the same with several values or a path parameter.
pub(super) fn claim(rule: &ClaimRule) -> Fragment {
    let name = quoted(rule.name());
    match rule.expected() {
        ExpectedClaim::PathParameter(parameter) => {
            let parameter = quoted(parameter);
            Fragment::simple(format!("claim {name} = path parameter {parameter}"))
        }
        ExpectedClaim::OneOf([]) => {
            Fragment::always_refused(format_args!("claim {name} has an empty list of values"))
        }
        ExpectedClaim::OneOf([value]) => {
            Fragment::simple(format!("claim {name} = {}", claim_value(value)))
        }
        ExpectedClaim::OneOf(values) => {
            let values: Vec<_> = values.iter().map(claim_value).collect();
            Fragment::list(format!("claim {name} = one of {}", values.join(", ")))
        }
    }
}

fn claim_value(value: &ClaimValue) -> String {
    match value.to_json() {
        serde_json::Value::String(text) => format!("{text:?}"),
        other => other.to_string(),
    }
}

/// Returns a name, in quotes if it could be mistaken for the words around it.
fn quoted(name: &str) -> Cow<'_, str> {
    let is_plain =
        |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '(' | ')' | ',' | ';' | '=');
    if !name.is_empty() && name.chars().all(is_plain) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(format!("{name:?}"))
    }
}
