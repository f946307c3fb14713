use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use foldhash::quality::RandomState;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::FetchError;

/// The keys of one user pool that may verify an access token.
#[derive(Debug, Default)]
pub(crate) struct KeySet {
    by_kid: HashMap<Box<str>, Arc<VerificationKey>, RandomState>,
}

impl KeySet {
    /// Reads a JWK Set (RFC 7517 section 5), one entry at a time: an odd one is skipped.
    ///
    /// A key that `previous` holds with the same material is taken over, so that what was verified
    /// with it stays verified.
    pub(crate) fn parse(
        body: &[u8],
        max_keys: usize,
        previous: Option<&Self>,
    ) -> Result<Self, FetchError> {
        #[derive(Deserialize)]
        struct JwkSet<'j> {
            #[serde(borrow)]
            keys: Vec<&'j RawValue>,
        }
        let JwkSet { keys } = serde_json::from_slice(body).map_err(FetchError::NotAJwkSet)?;
        if keys.len() > max_keys {
            return Err(FetchError::TooManyKeys(keys.len()));
        }
        let set = Self::of_entries(keys.into_iter().map(RawValue::get), previous);
        if set.by_kid.is_empty() {
            return Err(FetchError::NoUsableKey);
        }
        Ok(set)
    }

    fn of_entries<'j>(entries: impl Iterator<Item = &'j str>, previous: Option<&Self>) -> Self {
        // `None` marks a `kid` that stands twice: which of the two is meant, nobody can say.
        let mut by_kid: HashMap<Box<str>, Option<Arc<VerificationKey>>> = HashMap::new();
        for (position, entry) in entries.enumerate() {
            match VerificationKey::read(entry) {
                Ok(key) => {
                    let key = previous
                        .and_then(|set| set.same(&key))
                        .unwrap_or(Arc::new(key));
                    by_kid
                        .entry(key.kid.clone())
                        .and_modify(|twice| *twice = None)
                        .or_insert(Some(key));
                }
                Err(why) => tracing::info!(position, %why, "skipped an entry of the JWKS"),
            }
        }
        let mut set = Self::default();
        for (kid, key) in by_kid {
            match key {
                Some(key) => drop(set.by_kid.insert(kid, key)),
                None => {
                    tracing::warn!(?kid, "dropped every key of a `kid` that the JWKS has twice");
                }
            }
        }
        set
    }

    pub(crate) fn find(&self, kid: &str) -> Option<&Arc<VerificationKey>> {
        self.by_kid.get(kid)
    }

    /// Whether this very key is in the set.
    pub(crate) fn holds(&self, key: &Arc<VerificationKey>) -> bool {
        self.find(&key.kid)
            .is_some_and(|found| Arc::ptr_eq(found, key))
    }

    pub(crate) fn len(&self) -> usize {
        self.by_kid.len()
    }

    fn same(&self, key: &VerificationKey) -> Option<Arc<VerificationKey>> {
        let known = self.find(&key.kid)?;
        (known.modulus == key.modulus && known.exponent == key.exponent).then(|| Arc::clone(known))
    }
}

/// One RSA public key, parsed once.
pub(crate) struct VerificationKey {
    kid: Box<str>,
    modulus: Box<[u8]>,
    exponent: u64,
    parsed: ParsedPublicKey,
}

impl VerificationKey {
    /// Whether this key has signed the message by RS256 (RFC 7518 section 3.3).
    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        self.parsed.verify_sig(message, signature).is_ok()
    }

    fn read(entry: &str) -> Result<Self, SkippedKey> {
        let jwk: Map<String, Value> =
            serde_json::from_str(entry).map_err(|_| SkippedKey::NotAnObject)?;
        judge_members(&jwk)?;
        let kid = text(&jwk, "kid")
            .filter(|kid| !kid.is_empty())
            .ok_or(SkippedKey::Kid)?;
        let modulus = unsigned(&jwk, "n").ok_or(SkippedKey::Modulus)?;
        if !(2048..=8192).contains(&bits(&modulus)) {
            return Err(SkippedKey::Modulus);
        }
        let exponent = unsigned(&jwk, "e").ok_or(SkippedKey::Exponent)?;
        let value = small(&exponent)
            .filter(|e| *e >= 65_537 && e % 2 == 1)
            .ok_or(SkippedKey::Exponent)?;
        let components = RsaPublicKeyComponents {
            n: &modulus,
            e: &exponent,
        };
        let parsed = components
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            .map_err(|_| SkippedKey::Rejected)?;
        Ok(Self {
            kid: kid.into(),
            modulus: modulus.into(),
            exponent: value,
            parsed,
        })
    }
}

impl fmt::Debug for VerificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerificationKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// Why an entry of a JWKS verifies nothing.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum SkippedKey {
    #[error("expected a JSON object")]
    NotAnObject,
    #[error("expected `kty` RSA")]
    KeyType,
    #[error("expected no private members")]
    Private,
    #[error("expected `use` to be absent or sig")]
    Use,
    #[error("expected `key_ops` to be absent or to hold verify")]
    Operations,
    #[error("expected `alg` to be absent or RS256")]
    Algorithm,
    #[error("expected `kid` to be a non-empty string")]
    Kid,
    #[error("expected `n` to be a modulus of 2048 to 8192 bits")]
    Modulus,
    #[error("expected `e` to be odd and at least 65537")]
    Exponent,
    #[error("the crypto library refused the key")]
    Rejected,
}

/// RFC 7517 section 4 and RFC 7518 section 6.3: what the key is for, and that it is public.
fn judge_members(jwk: &Map<String, Value>) -> Result<(), SkippedKey> {
    const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    let absent_or = |name, expected| jwk.get(name).is_none_or(|value| value == expected);
    if text(jwk, "kty") != Some("RSA") {
        return Err(SkippedKey::KeyType);
    }
    if PRIVATE.iter().any(|name| jwk.contains_key(*name)) {
        return Err(SkippedKey::Private);
    }
    if !absent_or("use", "sig") {
        return Err(SkippedKey::Use);
    }
    if !absent_or("alg", "RS256") {
        return Err(SkippedKey::Algorithm);
    }
    let verifies = |ops: &Value| {
        ops.as_array()
            .is_some_and(|ops| ops.iter().any(|op| op == "verify"))
    };
    if !jwk.get("key_ops").is_none_or(verifies) {
        return Err(SkippedKey::Operations);
    }
    Ok(())
}

fn text<'j>(jwk: &'j Map<String, Value>, name: &str) -> Option<&'j str> {
    jwk.get(name)?.as_str()
}

/// A `Base64urlUInt` (RFC 7518 section 2), without leading zeros.
fn unsigned(jwk: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text(jwk, name)?).ok()?;
    let first = bytes.iter().position(|byte| *byte != 0)?;
    bytes.get(first..).map(<[u8]>::to_vec)
}

fn bits(number: &[u8]) -> usize {
    let leading = number
        .first()
        .map_or(0, |byte| byte.leading_zeros() as usize);
    number.len().saturating_mul(8).saturating_sub(leading)
}

fn small(number: &[u8]) -> Option<u64> {
    let fits = number.len() <= 8;
    fits.then(|| {
        number
            .iter()
            .fold(0, |value, byte| (value << 8) | u64::from(*byte))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn modulus(bits: usize) -> String {
        let mut bytes = vec![0xA5; bits / 8];
        if let (Some(first), Some(last)) = (bytes.first().copied(), bytes.last_mut()) {
            assert!(first & 0x80 != 0);
            *last |= 1;
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn jwk(changes: &Value) -> Value {
        let mut jwk = json!({"kty": "RSA", "kid": "k", "use": "sig", "alg": "RS256", "n": modulus(2048), "e": "AQAB"});
        for (name, value) in changes.as_object().expect("changes") {
            match value {
                Value::Null => jwk.as_object_mut().expect("an object").remove(name),
                _ => jwk
                    .as_object_mut()
                    .expect("an object")
                    .insert(name.clone(), value.clone()),
            };
        }
        jwk
    }

    fn skipped(changes: &Value) -> Option<SkippedKey> {
        VerificationKey::read(&jwk(changes).to_string()).err()
    }

    fn set(keys: &[Value]) -> Result<KeySet, FetchError> {
        KeySet::parse(json!({ "keys": keys }).to_string().as_bytes(), 100, None)
    }

    #[test]
    fn rule_2_1_members_that_may_be_absent() {
        assert_eq!(skipped(&json!({})), None);
        assert_eq!(skipped(&json!({"use": null, "alg": null})), None);
        assert_eq!(
            skipped(&json!({"key_ops": ["verify"], "n": modulus(8192)})),
            None
        );
        assert_eq!(skipped(&json!({"x5c": ["abc"], "x5t": "d"})), None);
    }

    #[test]
    fn rule_2_1_entries_that_verify_nothing_are_skipped() {
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
            VerificationKey::read("[]").err(),
            Some(SkippedKey::NotAnObject)
        );
    }

    #[test]
    fn rule_2_1_one_odd_entry_leaves_the_others() {
        let deep = format!(
            r#"{{"keys":[{}{},{}]}}"#,
            "[".repeat(500),
            "]".repeat(500),
            jwk(&json!({}))
        );
        let set = KeySet::parse(deep.as_bytes(), 100, None).expect("a set");
        assert!(set.find("k").is_some());
    }

    #[test]
    fn rule_2_1_a_duplicated_kid_drops_both() {
        let other = json!({"kid": "other"});
        let set = set(&[
            jwk(&json!({})),
            jwk(&json!({})),
            jwk(&other),
            jwk(&json!({})),
        ])
        .expect("a set");
        assert!(set.find("k").is_none());
        assert!(set.find("other").is_some());
    }

    #[test]
    fn rule_2_1_an_unusable_set_is_a_failure() {
        assert!(matches!(set(&[]), Err(FetchError::NoUsableKey)));
        assert!(matches!(
            set(&[jwk(&json!({"use": "enc"}))]),
            Err(FetchError::NoUsableKey)
        ));
        let many: Vec<_> = (0..101)
            .map(|n| jwk(&json!({"kid": n.to_string()})))
            .collect();
        assert!(matches!(set(&many), Err(FetchError::TooManyKeys(101))));
        for body in ["", "[]", "{}", r#"{"keys":{}}"#, "<html>"] {
            let refused = KeySet::parse(body.as_bytes(), 100, None);
            assert!(
                matches!(refused, Err(FetchError::NotAJwkSet(_))),
                "{body:?}"
            );
        }
    }

    #[test]
    fn rule_2_3_the_same_material_is_the_same_key_and_new_material_replaces_it() {
        let body = |n: &str| json!({ "keys": [jwk(&json!({ "n": n }))] }).to_string();
        let first = KeySet::parse(body(&modulus(2048)).as_bytes(), 100, None).expect("a set");
        let again =
            KeySet::parse(body(&modulus(2048)).as_bytes(), 100, Some(&first)).expect("a set");
        let other =
            KeySet::parse(body(&modulus(3072)).as_bytes(), 100, Some(&first)).expect("a set");
        let key = first.find("k").expect("a key");
        assert!(again.holds(key));
        assert!(!other.holds(key));
    }
}
