use serde_json::json;

use super::*;
use crate::jwks::{ConfiguredKeys, Cooldown, KeySet};
use crate::pool::PoolName;
use crate::token::Claims;

const NOW: ClockReading = ClockReading {
    wall: Duration::from_secs(1_000),
    monotonic: Duration::from_secs(10),
};

const EXPIRES_AT: Duration = Duration::from_secs(1_100);

/// The signature that all tokens of these tests end with, so that their fingerprints are equal.
const SIGNATURE: &str = "c2lnbmF0dXJlLXNpZ25hdHVyZQ";

fn key_set() -> KeySet {
    // 2048 bits that are all 1.
    let modulus = format!("{}w", "_".repeat(341));
    let key = json!({ "kty": "RSA", "kid": "one", "n": modulus, "e": "AQAB" });
    let body = json!({ "keys": [key] }).to_string();
    KeySet::parse(body.as_bytes(), 100, None).expect("the key is usable")
}

/// A pool whose keys are configured, and its key.
fn pool_keys(usable_until: Option<ClockReading>) -> (PoolKeys, Arc<VerificationKey>) {
    let set = key_set();
    let key = Arc::clone(set.find("one").expect("the set has the key"));
    let configured = ConfiguredKeys::new("jwks", Arc::new(set), NOW, usable_until);
    let cooldown = Arc::new(Cooldown::new(Duration::from_secs(10)));
    (PoolKeys::new(Vec::new(), Some(configured), cooldown), key)
}

fn token(number: u32) -> String {
    format!("header.{number}.{SIGNATURE}")
}

fn principal(token: &str) -> ServicePrincipal {
    let claims =
        Claims::from_value(json!({ "client_id": "reporting" })).expect("the claims are an object");
    let created = ServicePrincipal::from_claims(claims, PoolName::default(), token, Arc::default());
    created.expect("the claims have a client ID")
}

fn keep(tokens: &WorkerTokens<()>, keys: &(PoolKeys, Arc<VerificationKey>), token: &str) {
    let key = tokens.held_key(&keys.0, 0, &keys.1, NOW);
    let validity = Validity {
        expires_at: EXPIRES_AT,
        key: key.expect("the key is held"),
    };
    let caller = Caller::with_validity(principal(token).for_worker(), validity);
    tokens.insert(Rc::new(caller));
}

fn is_known(tokens: &WorkerTokens<()>, token: &str, now: ClockReading) -> bool {
    tokens.find(token.as_bytes(), now).is_some()
}

#[test]
fn rule_3_tokens_with_the_same_fingerprint_are_never_confused() {
    let (tokens, keys) = (WorkerTokens::new(10), pool_keys(None));
    keep(&tokens, &keys, &token(1));
    assert!(is_known(&tokens, &token(1), NOW));
    assert!(!is_known(&tokens, &token(2), NOW));
    keep(&tokens, &keys, &token(2));
    let found = tokens.find(token(2).as_bytes(), NOW);
    let found = found.expect("the second token displaced the first one");
    assert_eq!(found.principal.raw_token(), token(2));
    assert!(!is_known(&tokens, &token(1), NOW));
}

#[test]
fn rule_3_token_is_known_until_it_expires() {
    let (tokens, keys) = (WorkerTokens::new(10), pool_keys(None));
    keep(&tokens, &keys, &token(1));
    let at = |wall| ClockReading { wall, ..NOW };
    let last = EXPIRES_AT - Duration::from_nanos(1);
    assert!(is_known(&tokens, &token(1), at(last)));
    assert!(!is_known(&tokens, &token(1), at(EXPIRES_AT)));
}

#[test]
fn rule_2_7_token_is_known_until_either_clock_reaches_the_limit_of_its_keys() {
    let limit = NOW.after(Duration::from_secs(50));
    let (tokens, keys) = (WorkerTokens::new(10), pool_keys(Some(limit)));
    keep(&tokens, &keys, &token(1));
    let wall_only = ClockReading {
        monotonic: NOW.monotonic,
        ..limit
    };
    let monotonic_only = ClockReading {
        wall: Duration::ZERO,
        ..limit
    };
    assert!(is_known(
        &tokens,
        &token(1),
        NOW.after(Duration::from_secs(49))
    ));
    for reached in [wall_only, monotonic_only] {
        assert!(!is_known(&tokens, &token(1), reached), "{reached:?}");
    }
}

#[test]
fn number_of_tokens_is_bounded_and_tokens_in_use_stay_known() {
    let (tokens, keys) = (WorkerTokens::new(10), pool_keys(None));
    // Each has a fingerprint of its own.
    let token = |number: u32| format!("header.payload.{number:022}");
    keep(&tokens, &keys, &token(0));
    for number in 1..200 {
        keep(&tokens, &keys, &token(number));
        let generations = tokens.generations.borrow();
        assert!(generations.young.len() + generations.old.len() <= 10);
        drop(generations);
        assert!(is_known(&tokens, &token(0), NOW), "{number}");
    }
    assert!(!is_known(&tokens, &token(1), NOW));
    assert_eq!(tokens.keys.borrow().len(), 1, "the tokens share their key");
}

#[test]
fn nothing_is_kept_with_a_capacity_of_0() {
    let (tokens, keys) = (WorkerTokens::new(0), pool_keys(None));
    keep(&tokens, &keys, &token(1));
    assert!(!is_known(&tokens, &token(1), NOW));
}

#[test]
fn known_token_is_found_without_an_allocation() {
    let (tokens, keys) = (WorkerTokens::new(10), pool_keys(None));
    keep(&tokens, &keys, &token(1));
    let token = token(1);
    let find = || (0..1_000).for_each(|_| assert!(is_known(&tokens, &token, NOW)));
    assert_eq!(allocation_counter::measure(find).count_total, 0);
}
