use std::collections::BTreeMap;
use std::sync::LazyLock;

use aws_lc_rs::rand;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use num_bigint::BigUint;
use serde_json::{Value, json};

use super::rsa::RsaKey;

/// The `kid` of the pool's first key; `@kid` in the cases.
pub(crate) const GOOD_KID: &str = "u7Qm0c+3dVxW9kZ/5tYhR8sJbN2fGpLeA1oXiK4vTzE=";
/// The `kid` of the pool's second key; `@kid2` in the cases.
pub(crate) const SECOND_KID: &str = "3pLzV8yT+nB1xKfD6wQ0rMjHsC/9aGeU5iOqE2uYtXk=";

const DUPLICATE_KID: &str = "dup";

/// All keys of the test. RSA keys are generated when they are first used, since that is slow.
pub(crate) struct KeyRing {
    rsa: BTreeMap<&'static str, LazyLock<RsaKey>>,
    /// A second key with the `kid` of another one.
    duplicate: LazyLock<RsaKey>,
    attacker_rsa: LazyLock<RsaKey>,
    ec1: EcdsaKeyPair,
    attacker_ec: EcdsaKeyPair,
    okp1: Ed25519KeyPair,
    oct1: [u8; 32],
}

impl KeyRing {
    /// Generates a ring of random keys.
    pub(crate) fn generate() -> Self {
        let mut rsa: BTreeMap<_, LazyLock<RsaKey>> = [
            GOOD_KID,
            SECOND_KID,
            "noalg",
            "enc1",
            "encops",
            "alg512",
            DUPLICATE_KID,
        ]
        .into_iter()
        .map(|kid| {
            (
                kid,
                LazyLock::new(RsaKey::generate_standard as fn() -> RsaKey),
            )
        })
        .collect();
        rsa.insert("rsa1024", LazyLock::new(|| RsaKey::generate(1024, 65_537)));
        rsa.insert("e3", LazyLock::new(|| RsaKey::generate(2048, 3)));
        rsa.insert("e1", LazyLock::new(|| RsaKey::generate(2048, 1)));
        let ec = || EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        let mut oct1 = [0; 32];
        rand::fill(&mut oct1).expect("random bytes of the system");
        Self {
            rsa,
            duplicate: LazyLock::new(RsaKey::generate_standard),
            attacker_rsa: LazyLock::new(RsaKey::generate_standard),
            ec1: ec().expect("a P-256 key"),
            attacker_ec: ec().expect("a P-256 key"),
            okp1: Ed25519KeyPair::generate().expect("an Ed25519 key"),
            oct1,
        }
    }

    /// Returns the pool's first key.
    pub(crate) fn good(&self) -> &RsaKey {
        self.rsa(GOOD_KID).expect("a key of the ring")
    }

    /// Returns the RSA key with this `kid` in the server's key set, the first if there are two.
    pub(crate) fn rsa(&self, kid: &str) -> Option<&RsaKey> {
        self.rsa.get(kid).map(|key| &**key)
    }

    /// Returns the attacker's RSA key, which is in no key set.
    pub(crate) fn attacker_rsa(&self) -> &RsaKey {
        &self.attacker_rsa
    }

    /// Returns the P-256 key of the server's key set.
    pub(crate) fn ec1(&self) -> &EcdsaKeyPair {
        &self.ec1
    }

    /// Returns the attacker's P-256 key.
    pub(crate) fn attacker_ec(&self) -> &EcdsaKeyPair {
        &self.attacker_ec
    }

    /// Returns the Ed25519 key of the server's key set.
    pub(crate) fn okp1(&self) -> &Ed25519KeyPair {
        &self.okp1
    }

    /// Returns the shared secret of the server's key set.
    pub(crate) fn oct1(&self) -> &[u8] {
        &self.oct1
    }

    /// Returns the attacker's public key as a JWK.
    pub(crate) fn attacker_jwk(&self) -> Value {
        jwk(
            "attacker",
            &self.attacker_rsa,
            &json!({"use": "sig", "alg": "RS256"}),
        )
    }

    /// Returns the pool's first key as a JWK, as in the key set.
    pub(crate) fn good_jwk(&self) -> Value {
        jwk(
            GOOD_KID,
            self.good(),
            &json!({"use": "sig", "alg": "RS256"}),
        )
    }

    /// Returns the key set of the server.
    pub(crate) fn jwks(&self) -> Value {
        let mut keys: Vec<Value> = self
            .rsa
            .iter()
            .map(|(kid, key)| jwk(kid, key, &purpose(kid)))
            .collect();
        keys.push(jwk(DUPLICATE_KID, &self.duplicate, &purpose(DUPLICATE_KID)));
        keys.extend([self.ec1_jwk(), self.okp1_jwk(), self.oct1_jwk()]);
        json!({ "keys": keys })
    }

    fn ec1_jwk(&self) -> Value {
        // An uncompressed point is the byte 4 followed by the two coordinates.
        let point = self.ec1.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        json!({
            "kty": "EC", "kid": "ec1", "crv": "P-256", "use": "sig", "alg": "ES256",
            "x": base64url(x), "y": base64url(y),
        })
    }

    fn okp1_jwk(&self) -> Value {
        json!({
            "kty": "OKP", "kid": "okp1", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
            "x": base64url(self.okp1.public_key().as_ref()),
        })
    }

    fn oct1_jwk(&self) -> Value {
        json!({"kty": "oct", "kid": "oct1", "use": "sig", "alg": "HS256", "k": base64url(&self.oct1)})
    }
}

/// Returns the members that describe the purpose of the key `kid`.
fn purpose(kid: &str) -> Value {
    match kid {
        "noalg" => json!({}),
        "enc1" => json!({"use": "enc", "alg": "RS256"}),
        "encops" => json!({"key_ops": ["encrypt"], "alg": "RS256"}),
        "alg512" => json!({"use": "sig", "alg": "RS512"}),
        _ => json!({"use": "sig", "alg": "RS256"}),
    }
}

fn jwk(kid: &str, key: &RsaKey, purpose: &Value) -> Value {
    let number = |number: &BigUint| base64url(&number.to_bytes_be());
    let mut jwk = json!({
        "kty": "RSA", "kid": kid, "n": number(key.modulus()), "e": number(key.exponent()),
    });
    for (name, value) in purpose.as_object().into_iter().flatten() {
        jwk[name] = value.clone();
    }
    jwk
}

fn base64url(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
