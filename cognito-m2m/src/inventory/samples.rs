//! Routes and policies for tests.

use std::borrow::Cow;

use fastrand::Rng;

use crate::inventory::{Access, Endpoint, GuardSource, Inventory, Route, RouteGuard};
use crate::policy::value::Rule;
use crate::policy::{ClaimRule, ClaimValue, ClientSelector, Policy, ScopeRule};
use crate::qualified_client_id::QualifiedClientId;
use crate::scope::Scope;

/// Creates a route of `my_api::NAME` in `src/main.rs`, with endpoints such as `GET /widgets`.
pub(super) fn route(name: &str, endpoints: &[&str], access: Access) -> Route {
    let endpoint = |text: &&str| {
        let (method, path) = text.split_once(' ').expect("a method and a path");
        Endpoint::new(method, path)
    };
    Route {
        handler: Some(format!("my_api::{name}")),
        file: Some("src/main.rs".to_owned()),
        line: Some(7),
        endpoints: endpoints.iter().map(endpoint).collect(),
        access,
    }
}

/// Creates the access of a handler with these attributes.
pub(super) fn guarded(policies: impl IntoIterator<Item = Policy>) -> Access {
    Access::Guarded(policies.into_iter().map(enforced).collect())
}

pub(super) fn enforced(policy: Policy) -> RouteGuard {
    RouteGuard {
        policy,
        source: GuardSource::Attribute,
        report_only: false,
    }
}

pub(super) fn report_only(policy: Policy) -> RouteGuard {
    RouteGuard {
        report_only: true,
        ..enforced(policy)
    }
}

pub(super) fn wrap(policy: Policy) -> RouteGuard {
    RouteGuard {
        source: GuardSource::Wrap,
        ..enforced(policy)
    }
}

pub(super) fn any_inventory(rng: &mut Rng) -> Inventory {
    let routes = (0..rng.usize(..5)).map(|_| any_route(rng)).collect();
    if rng.bool() {
        Inventory::of_app(routes)
    } else {
        Inventory::of_items(routes)
    }
}

fn any_route(rng: &mut Rng) -> Route {
    let endpoints = (0..rng.usize(..4)).map(|_| Endpoint::new(any_method(rng), any_text(rng)));
    let endpoints = endpoints.collect();
    Route {
        handler: rng.bool().then(|| any_text(rng).into_owned()),
        file: rng.bool().then(|| any_text(rng).into_owned()),
        line: rng.bool().then(|| rng.u32(..)),
        endpoints,
        access: match rng.u8(..4) {
            0 => Access::Unguarded,
            1 => Access::Public {
                reason: rng.bool().then(|| any_text(rng).into_owned()),
            },
            _ => Access::Guarded((0..rng.usize(1..4)).map(|_| any_guard(rng)).collect()),
        },
    }
}

fn any_guard(rng: &mut Rng) -> RouteGuard {
    let sources = [
        GuardSource::Attribute,
        GuardSource::Wrap,
        GuardSource::Extractor,
    ];
    RouteGuard {
        policy: any_policy(rng, 3),
        source: rng.choice(sources).expect("an element"),
        report_only: rng.bool(),
    }
}

fn any_policy(rng: &mut Rng, depth: u8) -> Policy {
    let claims = |rng: &mut Rng| (0..rng.usize(..4)).map(|_| any_claim(rng)).collect();
    Policy(match rng.u8(..8) {
        0 => Rule::Authenticated,
        1 => Rule::Scopes(any_scope_rule(rng, 3)),
        2 => Rule::Methods(any_methods(rng)),
        3 => Rule::Clients((0..rng.usize(..5)).map(|_| any_selector(rng)).collect()),
        4 => Rule::Claim(any_claim(rng)),
        5 => Rule::Claims(claims(rng)),
        _ if depth == 0 => Rule::Authenticated,
        _ => {
            let below = depth.saturating_sub(1);
            Rule::Both(Box::new((any_policy(rng, below), any_policy(rng, below))))
        }
    })
}

pub(super) fn any_scope_rule(rng: &mut Rng, depth: u8) -> ScopeRule {
    let kind = if depth == 0 { 0 } else { rng.u8(..5) };
    let below = depth.saturating_sub(1);
    let rules = |rng: &mut Rng| {
        (0..rng.usize(..4))
            .map(|_| any_scope_rule(rng, below))
            .collect()
    };
    match kind {
        0 | 1 => {
            let scope = rng.choice(SCOPES).expect("an element");
            ScopeRule::Scope(Scope::new(scope).expect("a valid scope"))
        }
        2 => ScopeRule::All(rules(rng)),
        3 => ScopeRule::Any(rules(rng)),
        _ => ScopeRule::Default(rules(rng)),
    }
}

/// Scopes with the characters of lists and groups among them.
pub(super) const SCOPES: [&str; 6] = ["a", "widgets/read", "all", "(b", "c)", "d,e;f"];

fn any_methods(rng: &mut Rng) -> Cow<'static, [(Cow<'static, str>, ScopeRule)]> {
    let mut entries: Vec<(Cow<'static, str>, ScopeRule)> = Vec::new();
    for _ in 0..rng.usize(..5) {
        let method = any_method(rng);
        if entries.iter().all(|(other, _)| *other != method) {
            entries.push((method, any_scope_rule(rng, 2)));
        }
    }
    entries.into()
}

fn any_method(rng: &mut Rng) -> Cow<'static, str> {
    let methods = ["GET", "HEAD", "POST", "PUT", "PURGE", "X-1", "b\"\\", ""];
    rng.choice(methods).expect("an element").into()
}

fn any_selector(rng: &mut Rng) -> ClientSelector {
    if rng.bool() {
        return ClientSelector::Group(any_text(rng));
    }
    let id = rng.choice(["reporting", "sync", "tenant-a:sync", "default:sync"]);
    let id = QualifiedClientId::new(id.expect("an element")).expect("a valid client ID");
    ClientSelector::Client(id)
}

fn any_claim(rng: &mut Rng) -> ClaimRule {
    if rng.bool() {
        return ClaimRule::new_equals_path(any_text(rng), any_text(rng));
    }
    let value = |rng: &mut Rng| match rng.u8(..5) {
        0 => ClaimValue::from(rng.bool()),
        1 => ClaimValue::from(rng.i64(..)),
        2 => ClaimValue::from(rng.u64(..)),
        3 => {
            let bounds = [0, 1, u64::MAX, 1 << 53, i64::MAX as u64];
            ClaimValue::from(rng.choice(bounds).expect("an element"))
        }
        _ => ClaimValue::from(any_text(rng)),
    };
    let values = (0..rng.usize(..4)).map(|_| value(rng)).collect();
    ClaimRule::new(any_text(rng), values)
}

fn any_text(rng: &mut Rng) -> Cow<'static, str> {
    let characters = [
        'a', 'b', '/', '|', '`', '"', '\\', ' ', '\n', '\u{1b}', '\u{202e}', 'é', '🦀', '{', '}',
    ];
    let length = rng.usize(..6);
    let character = |_| rng.choice(characters).expect("an element");
    (0..length).map(character).collect::<String>().into()
}
