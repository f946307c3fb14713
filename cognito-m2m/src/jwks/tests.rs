use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::error::KeySetError;
use super::key::{SkippedKey, VerificationKey};
use super::key_set::KeySet;

/// Returns a set of keys with these IDs and random key material.
pub(super) fn key_set(kids: &[&str]) -> KeySet {
    let random = || {
        let mut bytes: Vec<u8> = (0..256).map(|_| fastrand::u8(..)).collect();
        bytes[0] |= 0x80;
        bytes[255] |= 1;
        URL_SAFE_NO_PAD.encode(bytes)
    };
    let keys: Vec<_> = kids
        .iter()
        .map(|kid| jwk(&json!({"kid": kid, "n": random()})))
        .collect();
    set(&keys).expect("a valid set")
}

fn modulus(bits: usize) -> String {
    let mut bytes = vec![0xA5; bits / 8];
    if let (Some(first), Some(last)) = (bytes.first().copied(), bytes.last_mut()) {
        assert!(first & 0x80 != 0);
        *last |= 1;
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Returns a usable key with changed members. A member that is changed to `null` is removed.
fn jwk(changes: &Value) -> Value {
    let mut jwk = json!({"kty": "RSA", "kid": "k", "use": "sig", "alg": "RS256", "n": modulus(2048), "e": "AQAB"});
    for (name, value) in changes.as_object().expect("the changes are an object") {
        match value {
            Value::Null => jwk
                .as_object_mut()
                .expect("a JWK is an object")
                .remove(name),
            _ => jwk
                .as_object_mut()
                .expect("a JWK is an object")
                .insert(name.clone(), value.clone()),
        };
    }
    jwk
}

fn skipped(changes: &Value) -> Option<SkippedKey> {
    VerificationKey::parse(&jwk(changes).to_string()).err()
}

fn set(keys: &[Value]) -> Result<KeySet, KeySetError> {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes(), 100, None)
}

#[test]
fn rule_2_1_optional_members_may_be_absent() {
    assert_eq!(skipped(&json!({})), None);
    assert_eq!(skipped(&json!({"use": null, "alg": null})), None);
    assert_eq!(
        skipped(&json!({"key_ops": ["verify"], "n": modulus(8192)})),
        None
    );
    assert_eq!(skipped(&json!({"x5c": ["abc"], "x5t": "d"})), None);
}

#[test]
fn rule_2_1_unusable_keys_are_skipped() {
    for (changes, why) in [
        (json!({"kty": "EC"}), SkippedKey::KeyType),
        (json!({"kty": "oct", "k": "AA"}), SkippedKey::KeyType),
        (json!({"d": "AQAB"}), SkippedKey::Private),
        (json!({"use": "enc"}), SkippedKey::Use),
        (json!({"alg": "RS512"}), SkippedKey::Algorithm),
        (json!({"key_ops": ["encrypt"]}), SkippedKey::Operations),
        (json!({"key_ops": "verify"}), SkippedKey::Operations),
        (json!({"kid": null}), SkippedKey::Kid),
        (json!({"kid": ""}), SkippedKey::Kid),
        (json!({"kid": 1}), SkippedKey::Kid),
        (json!({"n": modulus(1024)}), SkippedKey::Modulus),
        (json!({"n": modulus(8200)}), SkippedKey::Modulus),
        (json!({"n": "AA"}), SkippedKey::Modulus),
        (json!({"n": null}), SkippedKey::Modulus),
        (json!({"e": "Aw"}), SkippedKey::Exponent),
        (json!({"e": "AQ"}), SkippedKey::Exponent),
        (json!({"e": "AQAC"}), SkippedKey::Exponent),
        (json!({"e": "AQAB="}), SkippedKey::Exponent),
    ] {
        assert_eq!(skipped(&changes), Some(why), "{changes}");
    }
    assert_eq!(
        VerificationKey::parse("[]").err(),
        Some(SkippedKey::NotAnObject)
    );
}

#[test]
fn rule_2_1_an_unusable_entry_does_not_affect_the_others() {
    let deep = format!(
        r#"{{"keys":[{}{},{}]}}"#,
        "[".repeat(500),
        "]".repeat(500),
        jwk(&json!({}))
    );
    let set = KeySet::parse(deep.as_bytes(), 100, None).expect("a valid set");
    assert!(set.find("k").is_some());
}

#[test]
fn rule_2_1_all_keys_with_a_duplicate_kid_are_dropped() {
    let other = json!({"kid": "other"});
    let set = set(&[
        jwk(&json!({})),
        jwk(&json!({})),
        jwk(&other),
        jwk(&json!({})),
    ])
    .expect("a valid set");
    assert!(set.find("k").is_none());
    assert!(set.find("other").is_some());
}

#[test]
fn rule_2_1_a_set_without_usable_keys_is_refused() {
    assert!(matches!(set(&[]), Err(KeySetError::NoUsableKey)));
    assert!(matches!(
        set(&[jwk(&json!({"use": "enc"}))]),
        Err(KeySetError::NoUsableKey)
    ));
    let many: Vec<_> = (0..101)
        .map(|n| jwk(&json!({"kid": n.to_string()})))
        .collect();
    assert!(matches!(set(&many), Err(KeySetError::TooManyKeys(101))));
    for body in ["", "[]", "{}", r#"{"keys":{}}"#, "<html>"] {
        let parsed = KeySet::parse(body.as_bytes(), 100, None);
        assert!(
            matches!(parsed, Err(KeySetError::NotAJwkSet(_))),
            "{body:?}"
        );
    }
}

#[test]
fn rule_2_3_a_key_is_reused_until_its_material_changes() {
    let body = |n: &str| json!({ "keys": [jwk(&json!({ "n": n }))] }).to_string();
    let first = KeySet::parse(body(&modulus(2048)).as_bytes(), 100, None).expect("a valid set");
    let again =
        KeySet::parse(body(&modulus(2048)).as_bytes(), 100, Some(&first)).expect("a valid set");
    let other =
        KeySet::parse(body(&modulus(3072)).as_bytes(), 100, Some(&first)).expect("a valid set");
    let key = first.find("k").expect("the key exists");
    assert!(again.holds(key));
    assert!(!other.holds(key));
}
