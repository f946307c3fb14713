//! Changes of rules, and their effects.

use super::*;
use crate::inventory::Change;
use crate::inventory::Effect::{self, Both, Loosens, Neutral, Tightens};
use crate::policy::{ClaimRule, ScopeRule};

fn opposite(effect: Effect) -> Effect {
    match effect {
        Loosens => Tightens,
        Tightens => Loosens,
        other => other,
    }
}

#[track_caller]
fn assert_effect(old: &Access, new: &Access, expected: Effect) {
    for (old, new, expected) in [(old, new, expected), (new, old, opposite(expected))] {
        let changes = changes_of(old.clone(), new.clone());
        let effects: Vec<_> = changes.iter().map(Change::effect).collect();
        assert_eq!(effects, [expected], "{changes}");
        let same = changes_of(old.clone(), old.clone());
        assert!(same.is_empty(), "{same}");
    }
}

fn all(scopes: &[&'static str]) -> Policy {
    Policy::all_scopes(scopes.iter().copied()).expect("scopes")
}

fn any(scopes: &[&'static str]) -> Policy {
    Policy::any_scope(scopes.iter().copied()).expect("scopes")
}

fn default_match(scopes: &[&'static str]) -> Policy {
    Policy::scopes(scopes.iter().copied()).expect("scopes")
}

fn clients(ids: &[&'static str]) -> Policy {
    Policy::allow_client_ids(ids.iter().copied()).expect("client IDs")
}

fn groups(names: &[&'static str]) -> Policy {
    Policy::allow_groups(names.iter().copied())
}

fn scope_rule(scope: &'static str) -> ScopeRule {
    ScopeRule::all([scope]).expect("a scope")
}

fn nested(rules: &[ScopeRule]) -> Policy {
    Policy::scope_rule(ScopeRule::Any(rules.to_vec().into()))
}

#[test]
fn effect_of_a_changed_rule_is_exact() {
    let a_or_bc = || nested(&[scope_rule("a"), ScopeRule::all(["b", "c"]).expect("scopes")]);
    let a_or_b_and_a_or_c = || any(&["a", "b"]).and(any(&["c", "a"]));
    let equals_path = |parameter| Policy::claim_equals_path("tenant", parameter);
    let cases = [
        // Scopes.
        (all(&["a", "b"]), all(&["a"]), Loosens),
        (all(&["a"]), all(&["b"]), Both),
        (all(&["a", "b"]), any(&["a", "b"]), Loosens),
        (any(&["a"]), any(&["a", "b"]), Loosens),
        (all(&["a"]), any(&["a"]), Neutral),
        (all(&["a", "b"]), all(&["b", "a"]), Neutral),
        (any(&["a", "b"]), any(&["b", "a"]), Neutral),
        (Policy::scope("a"), all(&["a", "a"]), Neutral),
        (Policy::scope("a"), Policy::authenticated(), Loosens),
        (all(&[]), all(&["a"]), Loosens),
        (all(&[]), any(&[]), Neutral),
        // Nested rules.
        (a_or_bc(), a_or_b_and_a_or_c(), Neutral),
        (all(&["b", "c"]), a_or_bc(), Loosens),
        (a_or_bc(), any(&["a", "b", "c"]), Loosens),
        (a_or_bc(), any(&["b", "c"]), Both),
        // Redundant parts.
        (a_or_bc(), a_or_bc().and(any(&["a", "b", "x"])), Neutral),
        // The setting `default_scope_match`.
        (default_match(&["a", "b"]), all(&["a", "b"]), Tightens),
        (default_match(&["a", "b"]), any(&["a", "b"]), Loosens),
        (default_match(&["a"]), all(&["a"]), Neutral),
        (
            default_match(&["a", "b"]),
            default_match(&["b", "a"]),
            Neutral,
        ),
        // All of three is less, any of three is more.
        (
            default_match(&["a", "b"]),
            default_match(&["a", "b", "c"]),
            Both,
        ),
        // Policies that are combined.
        (read().and(write()), read(), Loosens),
        (read().and(write()), write().and(read()), Neutral),
        (read().and(write()), all(&["a/read", "a/write"]), Neutral),
        // Clients.
        (clients(&["x"]), clients(&["x", "y"]), Loosens),
        (clients(&["x"]), clients(&["y"]), Both),
        (clients(&["x"]), clients(&["default:x"]), Neutral),
        (clients(&["x"]), clients(&["tenant:x"]), Both),
        (
            clients(&["x", "y"]).and(clients(&["y", "z"])),
            clients(&["y"]),
            Neutral,
        ),
        (clients(&["x"]).and(clients(&["y"])), clients(&[]), Neutral),
        (clients(&[]), clients(&["x"]), Loosens),
        // The members of groups are unknown.
        (groups(&["g"]), groups(&["g", "h"]), Loosens),
        (groups(&["g"]), groups(&["h"]), Both),
        (groups(&["g"]), clients(&["x"]), Both),
        (
            groups(&["g"]).and(clients(&["x"])),
            clients(&["x"]),
            Loosens,
        ),
        // Claims.
        (
            Policy::claim("env", "prod"),
            Policy::claim_one_of("env", ["prod", "test"]),
            Loosens,
        ),
        (
            Policy::claim("env", "prod"),
            Policy::claim("env", "test"),
            Both,
        ),
        (Policy::claim("env", 1), Policy::claim("env", "1"), Both),
        (Policy::claim("env", 1), Policy::claim("other", 1), Both),
        (Policy::claim("env", true), Policy::authenticated(), Loosens),
        (
            Policy::claim_one_of("env", ["a", "b"]).and(Policy::claim_one_of("env", ["b", "c"])),
            Policy::claim("env", "b"),
            Neutral,
        ),
        (
            Policy::claim_rule(ClaimRule::one_of("env", &[])),
            Policy::claim("env", "b"),
            Loosens,
        ),
        (equals_path("tenant"), equals_path("id"), Both),
        (equals_path("tenant"), Policy::authenticated(), Loosens),
        (equals_path("tenant"), Policy::claim("tenant", "acme"), Both),
        // Several kinds.
        (
            read().and(clients(&["x"])),
            write().and(clients(&["x"])),
            Both,
        ),
        (read().and(groups(&["g"])), groups(&["g"]), Loosens),
    ];
    for (old, new, expected) in cases {
        assert_effect(&guarded(old), &guarded(new), expected);
    }
}

#[test]
fn effect_of_a_map_depends_on_the_method_of_the_endpoint() {
    let map = |entries: &[(&'static str, &'static str)]| {
        let entries = entries
            .iter()
            .map(|(method, scope)| (*method, scope_rule(scope)));
        Policy::scope_map(entries)
    };
    let get = || map(&[("GET", "a")]);
    let cases = [
        // The map of a method, at `GET`, at `HEAD`, at `POST`, and without an endpoint.
        (get(), map(&[("GET", "b")]), [Both, Both, Neutral, Both]),
        (
            get(),
            map(&[("GET", "a"), ("POST", "b")]),
            [Neutral, Neutral, Loosens, Loosens],
        ),
        (
            get(),
            map(&[("GET", "a"), ("HEAD", "b")]),
            [Neutral, Both, Neutral, Both],
        ),
        (
            get(),
            map(&[("HEAD", "a")]),
            [Tightens, Neutral, Neutral, Tightens],
        ),
        (
            get(),
            Policy::scope("a"),
            [Neutral, Neutral, Loosens, Loosens],
        ),
        (get(), map(&[]), [Tightens, Tightens, Neutral, Tightens]),
        (
            get(),
            map(&[("get", "a")]),
            [Tightens, Tightens, Neutral, Both],
        ),
    ];
    for (old, new, expected) in cases {
        for (endpoint, expected) in ["GET /a", "HEAD /a", "POST /a", ""]
            .into_iter()
            .zip(expected)
        {
            let endpoints = [endpoint];
            let endpoints = if endpoint.is_empty() {
                &[]
            } else {
                &endpoints[..]
            };
            let app =
                |policy: &Policy| vec![route("api::list", endpoints, guarded(policy.clone()))];
            for (old, new, expected) in [(&old, &new, expected), (&new, &old, opposite(expected))] {
                let changes = changes(app(old), app(new));
                let effects: Vec<_> = changes.iter().map(Change::effect).collect();
                assert_eq!(effects, [expected], "{endpoint} {changes}");
            }
        }
    }
}

#[test]
fn effect_of_changed_guards_is_exact() {
    let extractor = || RouteGuard {
        source: GuardSource::Extractor,
        ..enforced(Policy::authenticated())
    };
    let stack = |guards: &[RouteGuard]| Access::Guarded(guards.to_vec());
    let cases = [
        // A stack of attributes, such as those of a module and its handler.
        (
            stack(&[enforced(read()), enforced(write())]),
            guarded(read()),
            Loosens,
        ),
        (
            stack(&[enforced(read()), enforced(write())]),
            stack(&[enforced(write()), enforced(read())]),
            Neutral,
        ),
        (
            stack(&[enforced(read()), enforced(write())]),
            guarded(read().and(write())),
            Neutral,
        ),
        (
            stack(&[enforced(read()), enforced(read())]),
            guarded(read()),
            Neutral,
        ),
        // Guards that only report.
        (guarded(read()), stack(&[report_only(read())]), Loosens),
        (
            stack(&[enforced(read()), report_only(write())]),
            guarded(read()),
            Neutral,
        ),
        (
            stack(&[report_only(read())]),
            guarded(Policy::authenticated()),
            Neutral,
        ),
        (stack(&[report_only(read())]), Access::Unguarded, Loosens),
        // Public routes.
        (guarded(read()), public("health"), Loosens),
        (guarded(Policy::authenticated()), public("health"), Loosens),
        (guarded(read()), Access::Unguarded, Loosens),
        (public("health"), Access::Unguarded, Neutral),
        (public("health"), public("status"), Neutral),
        (public("health"), Access::Public { reason: None }, Neutral),
        (guarded(clients(&[])), public("health"), Loosens),
        // The default allowlist applies unless an enforced attribute lists clients.
        (guarded(read()), guarded(read().and(clients(&["x"]))), Both),
        (
            guarded(read()),
            stack(&[enforced(read()), enforced(groups(&["g"]))]),
            Both,
        ),
        (
            stack(&[enforced(read()), report_only(clients(&["x"]))]),
            guarded(read()),
            Neutral,
        ),
        (
            guarded(clients(&["x"])),
            stack(&[report_only(clients(&["x"]))]),
            Both,
        ),
        // A policy around a route is evaluated on its own.
        (
            guarded(read()),
            stack(&[enforced(read()), wrap(clients(&["x"]))]),
            Tightens,
        ),
        (
            stack(&[wrap(read())]),
            stack(&[wrap(read()), wrap(write())]),
            Tightens,
        ),
        (stack(&[wrap(read())]), guarded(read()), Tightens),
        (
            stack(&[wrap(read()), extractor()]),
            guarded(read()),
            Neutral,
        ),
        (
            stack(&[extractor()]),
            guarded(Policy::authenticated()),
            Neutral,
        ),
        (
            stack(&[extractor()]),
            stack(&[wrap(Policy::authenticated())]),
            Loosens,
        ),
    ];
    for (old, new, expected) in cases {
        assert_effect(&old, &new, expected);
    }
}

#[test]
fn rule_that_is_too_large_to_compare_counts_as_loosened() {
    let pair = |index: usize| {
        let scopes = [format!("{index}a"), format!("{index}b")];
        ScopeRule::any(scopes).expect("scopes")
    };
    let pairs: Vec<_> = (0..20).map(pair).collect();
    let and_y = pairs.iter().cloned().chain([scope_rule("y")]).collect();
    let pairs = || ScopeRule::All(pairs.clone().into());
    // Both admit the same callers, apart from those with `x`.
    let old = nested(&[pairs(), scope_rule("x")]);
    let new = nested(&[pairs(), ScopeRule::All(and_y)]);
    let changes = changes_of(guarded(old), guarded(new));
    let effects: Vec<_> = changes.iter().map(Change::effect).collect();
    assert_eq!(effects, [Both], "{changes}");
    assert!(text(&changes).contains("too large to compare"), "{changes}");
}
