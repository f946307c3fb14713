//! Policies in words, for a reader who reviews a change.

mod clauses;
mod fragment;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::inventory::RouteGuard;
use crate::inventory::words::fragment::Fragment;
use crate::policy::value::{Rule, rule_for};
use crate::policy::{Policy, ScopeRule};

/// Returns a policy in words, such as `all of widgets/read, widgets/write`.
pub(crate) fn policy_in_words(policy: &Policy) -> String {
    policy_fragment(policy, None).into_text()
}

/// Returns what all guards of a route require, of one method if it is known.
///
/// Guards that only report have the suffix ` (report only)`. As every guard requires a valid token,
/// `any valid token` appears only if no other guard is enforced.
pub(crate) fn guards_in_words(guards: &[RouteGuard], method: Option<&str>) -> String {
    let requires_more =
        |guard: &RouteGuard| !guard.report_only && guard.policy.0 != Rule::Authenticated;
    let omits_authentication = guards.iter().any(requires_more);
    let shown = guards
        .iter()
        .filter(|guard| !(omits_authentication && guard.policy.0 == Rule::Authenticated))
        .map(|guard| guard_fragment(guard, method));
    Fragment::conjunction(shown).into_text()
}

fn guard_fragment(guard: &RouteGuard, method: Option<&str>) -> Fragment {
    let rule = policy_fragment(&guard.policy, method);
    if guard.report_only {
        rule.with_suffix(" (report only)")
    } else {
        rule
    }
}

fn policy_fragment(policy: &Policy, method: Option<&str>) -> Fragment {
    match &policy.0 {
        Rule::Authenticated => Fragment::simple("any valid token"),
        Rule::Scopes(rule) => clauses::scopes(rule),
        Rule::Methods(entries) => methods_fragment(entries, method),
        Rule::Clients(selectors) => clauses::clients(selectors),
        Rule::Claim(rule) => clauses::claim(rule),
        Rule::Claims(rules) => clauses::claims(rules),
        Rule::Both(both) => {
            let (first, second) = both.as_ref();
            Fragment::conjunction([first, second].map(|policy| policy_fragment(policy, method)))
        }
    }
}

fn methods_fragment(entries: &[(Cow<'static, str>, ScopeRule)], method: Option<&str>) -> Fragment {
    match method {
        Some(method) => match rule_for(entries, method) {
            Ok(rule) => clauses::scopes(rule),
            Err(_) => clauses::unlisted_method(method),
        },
        None => clauses::methods(entries),
    }
}
