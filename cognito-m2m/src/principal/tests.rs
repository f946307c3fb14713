use serde_json::json;

use super::*;
use crate::pool::PoolName;

fn principal(claims: serde_json::Value) -> Result<ServicePrincipal, InvalidToken> {
    let claims = Claims::from_value(claims).expect("valid claims");
    ServicePrincipal::danger_from_claims(claims)
}

#[test]
fn empty_list_of_scopes_is_never_granted() {
    let principal = principal(json!({"client_id": "c", "scope": "a"})).expect("a valid principal");
    assert!(!principal.has_scopes([""; 0], ScopeMatch::All));
    assert!(!principal.has_scopes([""; 0], ScopeMatch::Any));
    assert!(principal.has_scopes(["a"], ScopeMatch::All));
}

#[test]
fn rule_1_7_scope_is_absent_or_a_string() {
    assert!(
        principal(json!({"client_id": "c"}))
            .expect("a valid principal")
            .scopes()
            .is_empty()
    );
    for scope in [json!(null), json!(["a"]), json!(1), json!({"a": true})] {
        let refusal = principal(json!({"client_id": "c", "scope": scope})).err();
        assert_eq!(refusal, Some(InvalidToken::Scope));
    }
}

#[test]
fn rule_1_6_sub_is_absent_or_a_string() {
    let sub = |claims| principal(claims).map(|principal| principal.sub().map(str::to_owned));
    assert_eq!(sub(json!({"client_id": "c"})), Ok(None));
    for text in ["reporting", "42", ""] {
        let claims = json!({"client_id": "c", "sub": text});
        assert_eq!(sub(claims), Ok(Some(text.to_owned())));
    }
    for value in [
        json!(42),
        json!(null),
        json!(true),
        json!(["c"]),
        json!({"id": 42}),
    ] {
        let claims = json!({"client_id": "c", "sub": value});
        assert_eq!(sub(claims), Err(InvalidToken::Subject), "{value}");
    }
}

#[test]
fn rule_1_7_only_scope_grants() {
    let principal = principal(json!({"client_id": "c", "scp": "a", "groups": ["a"]}));
    assert!(!principal.expect("a valid principal").has_scope("a"));
}

#[test]
fn rule_1_9_debug_never_prints_the_token() {
    let claims = Claims::from_value(json!({"client_id": "c"})).expect("valid claims");
    let principal =
        ServicePrincipal::from_claims(claims, PoolName::default(), "aa.bb.cc", Arc::default())
            .expect("a valid principal");
    assert_eq!(principal.raw_token(), "aa.bb.cc");
    assert!(!format!("{principal:?}").contains("aa.bb.cc"));
}

#[test]
fn principals_of_two_workers_share_the_identity_but_not_the_reference_count() {
    let verified = principal(json!({"client_id": "c"})).expect("a valid principal");
    let workers = [verified.for_worker(), verified.for_worker()];
    let shared = Arc::strong_count(&verified.inner.0);
    let clones: Vec<_> = (0..10).map(|_| workers[0].clone()).collect();
    assert_eq!(Arc::strong_count(&workers[0].inner), 11);
    assert_eq!(Arc::strong_count(&workers[1].inner), 1);
    assert_eq!(Arc::strong_count(&verified.inner.0), shared);
    assert!(clones.iter().all(|clone| clone.is_same_as(&workers[1])));
    assert!(std::ptr::eq(workers[0].claims(), workers[1].claims()));
}
