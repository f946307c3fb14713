use std::fmt;

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Map, Value};

use crate::base64url;

/// An RSA public key, parsed once and used for many signatures.
pub(crate) struct VerificationKey {
    kid: Box<str>,
    modulus: Box<[u8]>,
    exponent: u64,
    parsed: ParsedPublicKey,
}

impl VerificationKey {
    /// Returns `true` if this is a valid RS256 signature of the message (RFC 7518 section 3.3).
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.parsed.verify_sig(message, signature).is_ok()
    }

    /// Parses a JWK (RFC 7517 section 4).
    pub(super) fn parse(entry: &str) -> Result<Self, SkippedKey> {
        let jwk: Map<String, Value> =
            serde_json::from_str(entry).map_err(|_| SkippedKey::NotAnObject)?;
        check_members(&jwk)?;
        let kid = text(&jwk, "kid")
            .filter(|kid| !kid.is_empty())
            .ok_or(SkippedKey::Kid)?;
        let modulus = unsigned(&jwk, "n").ok_or(SkippedKey::Modulus)?;
        if !(2048..=8192).contains(&bit_length(&modulus)) {
            return Err(SkippedKey::Modulus);
        }
        let exponent = unsigned(&jwk, "e").ok_or(SkippedKey::Exponent)?;
        let value = to_u64(&exponent)
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

    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    pub(super) fn has_same_material_as(&self, other: &Self) -> bool {
        self.modulus == other.modulus && self.exponent == other.exponent
    }
}

impl fmt::Debug for VerificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerificationKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// The reason why an entry of a JWK Set is skipped.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SkippedKey {
    #[error("expected a JSON object")]
    NotAnObject,
    #[error("expected `kty` to be RSA")]
    KeyType,
    #[error("expected no private key members")]
    Private,
    #[error("expected `use` to be absent or sig")]
    Use,
    #[error("expected `key_ops` to be absent or to contain verify")]
    Operations,
    #[error("expected `alg` to be absent or RS256")]
    Algorithm,
    #[error("expected `kid` to be a non-empty string")]
    Kid,
    #[error("expected `n` to be a modulus of 2048 to 8192 bits")]
    Modulus,
    #[error("expected `e` to be odd and at least 65537")]
    Exponent,
    #[error("the cryptographic library rejected the key")]
    Rejected,
}

/// Checks that this is a public RSA key for RS256 signatures (RFC 7517 section 4, RFC 7518
/// section 6.3).
fn check_members(jwk: &Map<String, Value>) -> Result<(), SkippedKey> {
    const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    let is_absent_or = |name, expected| jwk.get(name).is_none_or(|value| value == expected);
    if text(jwk, "kty") != Some("RSA") {
        return Err(SkippedKey::KeyType);
    }
    if PRIVATE.iter().any(|name| jwk.contains_key(*name)) {
        return Err(SkippedKey::Private);
    }
    if !is_absent_or("use", "sig") {
        return Err(SkippedKey::Use);
    }
    if !is_absent_or("alg", "RS256") {
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

/// Decodes a `Base64urlUInt` (RFC 7518 section 2), without leading zeros.
fn unsigned(jwk: &Map<String, Value>, name: &str) -> Option<Vec<u8>> {
    let bytes = base64url::decode(text(jwk, name)?.as_bytes())?;
    let first = bytes.iter().position(|byte| *byte != 0)?;
    bytes.get(first..).map(<[u8]>::to_vec)
}

fn bit_length(number: &[u8]) -> usize {
    let leading = number
        .first()
        .map_or(0, |byte| byte.leading_zeros() as usize);
    number.len().saturating_mul(8).saturating_sub(leading)
}

fn to_u64(number: &[u8]) -> Option<u64> {
    let fits = number.len() <= 8;
    fits.then(|| {
        number
            .iter()
            .fold(0, |value, byte| (value << 8) | u64::from(*byte))
    })
}
