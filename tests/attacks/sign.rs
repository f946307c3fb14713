//! The signing modes of the cases: which key signs a token, and with which algorithm.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::keys::der::{pem, pkcs1_public_key, subject_public_key_info};
use super::keys::{GOOD_KID, KeyRing, RsaKey, SECOND_KID};
use super::pkcs1::{self, Digest};

/// Signs `input` as the mode `signing` of a case requires. `algorithm` is the `alg` of the token's header,
/// which some modes use.
///
/// # Errors
///
/// Returns an error if the mode is unknown.
pub(crate) fn signature(
    keys: &KeyRing,
    signing: &str,
    algorithm: Option<&str>,
    input: &[u8],
) -> Result<Vec<u8>, String> {
    let key = |kid| keys.rsa(kid).ok_or_else(|| format!("no RSA key {kid:?}"));
    let signature = match signing {
        "none" => Vec::new(),
        "good-key" => pkcs1_signature(key(GOOD_KID)?, Digest::SHA256, input),
        "good-key-2" => pkcs1_signature(key(SECOND_KID)?, Digest::SHA256, input),
        "other-key" => pkcs1_signature(keys.attacker_rsa(), Digest::SHA256, input),
        "rs384-good" => pkcs1_signature(key(GOOD_KID)?, Digest::SHA384, input),
        "rs512-good" => pkcs1_signature(key(GOOD_KID)?, Digest::SHA512, input),
        "ps256-good" => {
            let key = key(GOOD_KID)?;
            key.sign_block(&pkcs1::pss_block(key.size(), input))
        }
        "es256-attacker" => ecdsa_signature(keys.attacker_ec(), input),
        "jwks:ec1" => ecdsa_signature(keys.ec1(), input),
        "jwks:okp1" => keys.okp1().sign(input).as_ref().to_vec(),
        "jwks:oct1" => hmac_signature(hmac::HMAC_SHA256, keys.oct1(), input),
        _ => {
            if let Some(kid) = signing.strip_prefix("jwks:") {
                pkcs1_signature(key(kid)?, digest_for(algorithm), input)
            } else if let Some(defect) = signing.strip_prefix("pkcs1:") {
                let key = key(GOOD_KID)?;
                key.sign_block(&pkcs1::malformed_block(key.size(), defect, input)?)
            } else if let Some(mode) = signing.strip_prefix("hs") {
                hmac_mode_signature(keys, mode, input)?
            } else {
                return Err(format!("unknown signing mode {signing:?}"));
            }
        }
    };
    Ok(signature)
}

pub(crate) fn pkcs1_signature(key: &RsaKey, digest: Digest, input: &[u8]) -> Vec<u8> {
    key.sign_block(&pkcs1::block(key.size(), digest, input))
}

fn digest_for(algorithm: Option<&str>) -> Digest {
    match algorithm {
        Some("RS384") => Digest::SHA384,
        Some("RS512") => Digest::SHA512,
        _ => Digest::SHA256,
    }
}

fn ecdsa_signature(key: &aws_lc_rs::signature::EcdsaKeyPair, input: &[u8]) -> Vec<u8> {
    let signature = key.sign(&SystemRandom::new(), input);
    signature.expect("a signature by P-256").as_ref().to_vec()
}

/// Signs with HMAC. `mode` is the text after `hs`, such as `256-with-public-pem` or `256-empty-key`.
fn hmac_mode_signature(keys: &KeyRing, mode: &str, input: &[u8]) -> Result<Vec<u8>, String> {
    let (bits, secret) = mode
        .split_once('-')
        .ok_or_else(|| format!("unknown signing mode \"hs{mode}\""))?;
    let algorithm = match bits {
        "256" => hmac::HMAC_SHA256,
        "384" => hmac::HMAC_SHA384,
        "512" => hmac::HMAC_SHA512,
        _ => return Err(format!("unknown signing mode \"hs{mode}\"")),
    };
    let secret = match secret.strip_prefix("with-") {
        Some(format) => encode_public_key(keys, format)?,
        None if secret == "empty-key" => Vec::new(),
        None => return Err(format!("unknown signing mode \"hs{mode}\"")),
    };
    Ok(hmac_signature(algorithm, &secret, input))
}

fn hmac_signature(algorithm: hmac::Algorithm, secret: &[u8], input: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(algorithm, secret);
    hmac::sign(&key, input).as_ref().to_vec()
}

/// Encodes the pool's public key in a format that a verifier may confuse with an HMAC secret.
fn encode_public_key(keys: &KeyRing, format: &str) -> Result<Vec<u8>, String> {
    let key = keys.good();
    let public_pem = || pem("PUBLIC KEY", &subject_public_key_info(key));
    let modulus = || key.modulus().to_bytes_be();
    let secret = match format {
        "public-pem" => public_pem().into_bytes(),
        "public-pem-nonl" => public_pem().trim_end().as_bytes().to_vec(),
        "ws-pem" => format!(" \n{}", public_pem()).into_bytes(),
        "pkcs1-pem" => pem("RSA PUBLIC KEY", &pkcs1_public_key(key)).into_bytes(),
        "spki-der" => subject_public_key_info(key),
        "pkcs1-der" => pkcs1_public_key(key),
        "modulus" => modulus(),
        "n-b64" => BASE64_URL_SAFE_NO_PAD.encode(modulus()).into_bytes(),
        "jwk-json" => keys.good_jwk().to_string().into_bytes(),
        unknown => return Err(format!("unknown format {unknown:?} of the public key")),
    };
    Ok(secret)
}

mod tests {
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED, ED25519, KeyPair as _,
        RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA384,
        RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
        VerificationAlgorithm,
    };
    use num_bigint::BigUint;

    use super::*;

    #[test]
    fn every_mode_creates_the_signature_that_it_names() {
        let keys = KeyRing::generate();
        let good = pkcs1_public_key(keys.good());
        verify(&keys, "rs384-good", &RSA_PKCS1_2048_8192_SHA384, &good);
        verify(&keys, "rs512-good", &RSA_PKCS1_2048_8192_SHA512, &good);
        verify(&keys, "ps256-good", &RSA_PSS_2048_8192_SHA256, &good);
        let small = pkcs1_public_key(keys.rsa("rsa1024").expect("a key of the ring"));
        let legacy = &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY;
        verify(&keys, "jwks:rsa1024", legacy, &small);
        let ec1 = keys.ec1().public_key().as_ref();
        verify(&keys, "jwks:ec1", &ECDSA_P256_SHA256_FIXED, ec1);
        let attacker = keys.attacker_ec().public_key().as_ref();
        verify(&keys, "es256-attacker", &ECDSA_P256_SHA256_FIXED, attacker);
        verify(
            &keys,
            "jwks:okp1",
            &ED25519,
            keys.okp1().public_key().as_ref(),
        );
    }

    #[test]
    fn keys_with_weak_exponents_sign_correctly() {
        let keys = KeyRing::generate();
        for kid in ["e1", "e3"] {
            let key = keys.rsa(kid).expect("a key of the ring");
            let signature = signature(&keys, &format!("jwks:{kid}"), None, b"input");
            let signature = BigUint::from_bytes_be(&signature.expect("a known mode"));
            let block = pkcs1::block(key.size(), Digest::SHA256, b"input");
            let decrypted = signature.modpow(key.exponent(), key.modulus());
            assert_eq!(key.to_bytes(&decrypted), block, "{kid}");
        }
    }

    #[test]
    fn hmac_secret_is_the_named_format_of_the_public_key() {
        let keys = KeyRing::generate();
        let tag = |signing| signature(&keys, signing, None, b"input").expect("a known mode");
        let pem = pem("PUBLIC KEY", &subject_public_key_info(keys.good()));
        let keyed = |algorithm, secret: &[u8]| hmac_signature(algorithm, secret, b"input");
        assert_eq!(
            tag("hs512-with-public-pem"),
            keyed(hmac::HMAC_SHA512, pem.as_bytes())
        );
        assert_eq!(tag("hs256-empty-key"), keyed(hmac::HMAC_SHA256, b""));
        assert_eq!(tag("jwks:oct1"), keyed(hmac::HMAC_SHA256, keys.oct1()));
    }

    #[test]
    fn unknown_mode_is_an_error() {
        let keys = KeyRing::generate();
        for signing in [
            "",
            "unknown-key",
            "hs256",
            "hs1-empty-key",
            "hs256-with-x",
            "jwks:x",
            "pkcs1:x",
        ] {
            assert!(
                signature(&keys, signing, None, b"input").is_err(),
                "{signing}"
            );
        }
    }

    fn verify(
        keys: &KeyRing,
        signing: &str,
        algorithm: &'static dyn VerificationAlgorithm,
        public_key: &[u8],
    ) {
        let signature = signature(keys, signing, None, b"input").expect("a known mode");
        let verified = UnparsedPublicKey::new(algorithm, public_key).verify(b"input", &signature);
        assert!(verified.is_ok(), "{signing}");
    }
}
