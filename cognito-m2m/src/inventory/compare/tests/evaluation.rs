//! The effect of random changes agrees with the evaluation of requests.

use serde_json::json;

use super::*;
use crate::client_id::ClientId;
use crate::inventory::{Change, Effect};
use crate::policy::{
    ClaimRule, ClientList, Layer, Layers, PathParameters, PolicyDefaults, PolicyInput, ScopeRule,
};
use crate::pool::PoolName;
use crate::scope::ScopeSet;
use crate::scope_match::ScopeMatch;
use crate::token::Claims;

const METHODS: [&str; 4] = ["GET", "HEAD", "POST", "PUT"];

/// Everything that decides about a request, apart from the method and the rules.
struct Request {
    client_id: ClientId,
    scopes: ScopeSet,
    claims: Claims,
    tenant_in_path: &'static str,
    defaults: PolicyDefaults,
}

/// Returns requests of every kind that the random rules distinguish.
fn requests() -> Vec<Request> {
    let claims = [
        json!({}),
        json!({"tenant": "p"}),
        json!({"tenant": "q"}),
        json!({"tenant": "r"}),
    ];
    let list =
        |id: &str, contains: bool| ClientList::new(contains.then_some(id)).expect("client IDs");
    let mut requests = Vec::new();
    for bits in 0_u32..1 << 5 {
        let bit = |index: u32| bits & (1 << index) != 0;
        for id in ["x", "y", "z"] {
            for claims in &claims {
                for tenant_in_path in ["p", "q", "r"] {
                    let scopes = [bit(0).then_some("a"), bit(1).then_some("b")];
                    let scopes: Vec<_> = scopes.into_iter().flatten().collect();
                    let match_any = bit(4);
                    requests.push(Request {
                        client_id: ClientId::new(id).expect("a client ID"),
                        scopes: ScopeSet::parse(&scopes.join(" ")),
                        claims: Claims::from_value(claims.clone()).expect("claims"),
                        tenant_in_path,
                        defaults: PolicyDefaults {
                            scope_match: if match_any {
                                ScopeMatch::Any
                            } else {
                                ScopeMatch::All
                            },
                            allowed_clients: Some(list(id, bit(2))),
                            groups: [("g".to_owned(), list(id, bit(3)))].into_iter().collect(),
                            resource_servers: None,
                        },
                    });
                }
            }
        }
    }
    requests
}

fn random_scopes(random: &mut fastrand::Rng, depth: u32) -> ScopeRule {
    let mut parts = || match depth {
        0 => ScopeRule::all([if random.bool() { "a" } else { "b" }]).map(|rule| vec![rule]),
        _ => Ok((0..random.usize(0..3))
            .map(|_| random_scopes(random, depth - 1))
            .collect()),
    };
    let parts = parts().expect("scopes").into();
    match random.u32(0..3) {
        0 => ScopeRule::All(parts),
        1 => ScopeRule::Any(parts),
        _ => ScopeRule::Default(parts),
    }
}

fn random_policy(random: &mut fastrand::Rng) -> Policy {
    let subset = |random: &mut fastrand::Rng, all: [&'static str; 2]| -> Vec<&'static str> {
        all.into_iter().filter(|_| random.u32(0..3) > 0).collect()
    };
    match random.u32(0..10) {
        0 => Policy::authenticated(),
        1..=3 => Policy::scope_rule(random_scopes(random, 2)),
        4 => {
            let methods = subset(random, ["GET", "POST"]).into_iter().chain(
                // Rarely, since it hides the fallback to `GET`.
                (random.u32(0..4) == 0).then_some("HEAD"),
            );
            let methods: Vec<_> = methods.collect();
            Policy::scope_map(
                methods
                    .into_iter()
                    .map(|method| (method, random_scopes(random, 1))),
            )
        }
        5 => Policy::allow_client_ids(subset(random, ["x", "default:y"])).expect("client IDs"),
        6 => Policy::allow_groups(["g"]),
        7 => Policy::claim_one_of("tenant", subset(random, ["p", "q"])),
        8 => Policy::claim_rule(ClaimRule::equals_path("tenant", "tenant")),
        _ => random_policy(random).and(random_policy(random)),
    }
}

fn random_guards(random: &mut fastrand::Rng) -> Vec<RouteGuard> {
    let guards = (0..random.usize(1..4)).map(|_| RouteGuard {
        report_only: random.u32(0..5) == 0,
        ..enforced(random_policy(random))
    });
    guards.collect()
}

/// Changes one guard, so that the rules still have most parts in common.
fn changed(random: &mut fastrand::Rng, guards: &[RouteGuard]) -> Vec<RouteGuard> {
    let mut changed = guards.to_vec();
    let index = random.usize(0..changed.len());
    match random.u32(0..3) {
        0 => changed[index] = enforced(random_policy(random)),
        1 => changed[index].report_only = !changed[index].report_only,
        _ => changed.insert(index, enforced(random_policy(random))),
    }
    changed
}

fn layers(guards: &[RouteGuard]) -> Layers {
    let leak = |layers| -> &'static Layers { Box::leak(Box::new(layers)) };
    let layer = |guard: &RouteGuard| {
        Layers::One(Box::leak(Box::new(Layer {
            policy: guard.policy.clone(),
            handler: "api::list",
            file: "src/api.rs",
            line: 1,
            report_only: guard.report_only,
            routes: &[],
        })))
    };
    let layers = guards.iter().map(layer);
    let both = |upper, lower| Layers::Both(leak(upper), leak(lower));
    layers.reduce(both).expect("a guard")
}

fn admitted(guards: &[RouteGuard], requests: &[Request], method: &str) -> Vec<bool> {
    let layers = layers(guards);
    let is_admitted = |request: &Request| {
        let path_parameters = [("tenant", request.tenant_in_path)];
        let input = PolicyInput {
            pool: &PoolName::default(),
            client_id: &request.client_id,
            scopes: &request.scopes,
            claims: &request.claims,
            method,
            path_parameters: PathParameters::from_pairs(&path_parameters),
            defaults: &request.defaults,
        };
        layers.evaluate(&input).is_ok()
    };
    requests.iter().map(is_admitted).collect()
}

#[test]
fn effect_agrees_with_the_evaluation_of_all_requests() {
    let requests = requests();
    let mut random = fastrand::Rng::with_seed(13);
    let mut found = [0_u32; 4];
    for _ in 0..150 {
        let old = random_guards(&mut random);
        let new = changed(&mut random, &old);
        let (mut loosens, mut tightens) = (false, false);
        for method in METHODS {
            let old = admitted(&old, &requests, method);
            let new = admitted(&new, &requests, method);
            let differs = |from: bool| {
                old.iter()
                    .zip(&new)
                    .any(|(old, new)| (*old, *new) == (from, !from))
            };
            let expected = Effect::new(differs(false), differs(true));
            loosens |= expected.loosens();
            tightens |= expected.tightens();
        }
        let app = |guards| vec![route("api::list", &[], Access::Guarded(guards))];
        let changes = changes(app(old), app(new));
        let effect = changes
            .iter()
            .next()
            .map_or(Effect::Neutral, Change::effect);
        assert_eq!(effect, Effect::new(loosens, tightens), "{changes}");
        found[effect as usize] += 1;
    }
    assert!(found.iter().all(|count| *count > 10), "{found:?}");
}
