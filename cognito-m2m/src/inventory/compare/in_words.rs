//! The rules of routes in words.

use super::allowlist::Allowlist;
use super::unit::Unit;
use crate::inventory::words::guards_in_words;
use crate::inventory::{Access, RouteGuard};
use crate::policy::Policy;

/// Returns what a route requires, for the method of its endpoint.
pub(super) fn access_in_words(unit: &Unit<'_>) -> String {
    match unit.access {
        Access::Guarded(guards) => guards_in_words(guards, unit.method()),
        Access::Public {
            reason: Some(reason),
        } => format!("public ({reason:?})"),
        Access::Public { reason: None } => "public".to_owned(),
        Access::Unguarded => "no guard".to_owned(),
    }
}

/// Returns what the words of the rules don't show.
pub(super) fn remark(old: &Unit<'_>, new: &Unit<'_>) -> Option<&'static str> {
    let (Access::Guarded(was), Access::Guarded(now)) = (old.access, new.access) else {
        return None;
    };
    match (Allowlist::of(was), Allowlist::of(now)) {
        (Allowlist::Default, Allowlist::Own) => {
            Some("a client list of the handler replaces the default allowlist")
        }
        (Allowlist::Own, Allowlist::Default) => {
            Some("the default allowlist replaces the client list of the handler")
        }
        (Allowlist::Default, Allowlist::None) => Some("the default allowlist no longer applies"),
        (Allowlist::None, Allowlist::Default) => Some("the default allowlist applies now"),
        _ if was != now && rules(was).eq(rules(now)) => {
            Some("another kind of guard (attribute, `.wrap(..)` or extractor)")
        }
        _ => None,
    }
}

fn rules(guards: &[RouteGuard]) -> impl Iterator<Item = (&Policy, bool)> {
    guards
        .iter()
        .map(|guard| (&guard.policy, guard.report_only))
}
