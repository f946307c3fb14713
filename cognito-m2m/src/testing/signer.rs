use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
    RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding,
};
use jsonwebtoken::{Algorithm, EncodingKey};

use super::keys::{SigningKey, sign_rsa};

/// The signature algorithm of a token, with its key.
#[derive(Clone)]
pub(super) enum Signer {
    Rs256(SigningKey),
    Custom(Algorithm, EncodingKey),
    Unsigned,
}

impl Signer {
    /// Returns the ID of the key, or `None` if it has no ID.
    pub(super) fn kid(&self) -> Option<&str> {
        match self {
            Self::Rs256(key) => Some(key.kid()),
            Self::Custom(..) | Self::Unsigned => None,
        }
    }

    /// Returns the value of `alg` (RFC 7518 section 3.1).
    pub(super) fn algorithm(&self) -> String {
        match self {
            Self::Rs256(_) => "RS256".to_owned(),
            Self::Custom(algorithm, _) => format!("{algorithm:?}"),
            Self::Unsigned => "none".to_owned(),
        }
    }

    pub(super) fn signature(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Rs256(key) => key.sign_rs256(message),
            Self::Custom(algorithm, key) => sign(*algorithm, key, message),
            Self::Unsigned => Vec::new(),
        }
    }
}

/// Signs with aws-lc-rs instead of `jsonwebtoken`.
///
/// Each of `jsonwebtoken`'s back ends is a feature, and its functions panic if two of them are
/// enabled. So this crate enables none and leaves the choice to the application.
#[expect(
    clippy::panic,
    reason = "a token that can't be signed should fail the test"
)]
fn sign(algorithm: Algorithm, key: &EncodingKey, message: &[u8]) -> Vec<u8> {
    assert_eq!(
        key.family(),
        algorithm.family(),
        "expected a key for {algorithm:?}"
    );
    let key = key.as_bytes();
    match algorithm {
        Algorithm::HS256 => sign_hmac(hmac::HMAC_SHA256, key, message),
        Algorithm::HS384 => sign_hmac(hmac::HMAC_SHA384, key, message),
        Algorithm::HS512 => sign_hmac(hmac::HMAC_SHA512, key, message),
        Algorithm::RS256 => sign_rsa_der(&RSA_PKCS1_SHA256, key, message),
        Algorithm::RS384 => sign_rsa_der(&RSA_PKCS1_SHA384, key, message),
        Algorithm::RS512 => sign_rsa_der(&RSA_PKCS1_SHA512, key, message),
        Algorithm::PS256 => sign_rsa_der(&RSA_PSS_SHA256, key, message),
        Algorithm::PS384 => sign_rsa_der(&RSA_PSS_SHA384, key, message),
        Algorithm::PS512 => sign_rsa_der(&RSA_PSS_SHA512, key, message),
        Algorithm::ES256 => sign_ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING, key, message),
        Algorithm::ES384 => sign_ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING, key, message),
        Algorithm::EdDSA => {
            let pair = Ed25519KeyPair::from_pkcs8(key).expect("the key is an Ed25519 key");
            pair.sign(message).as_ref().to_vec()
        }
        other => panic!("the algorithm {other:?} is not supported"),
    }
}

fn sign_hmac(algorithm: hmac::Algorithm, key: &[u8], message: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(algorithm, key);
    hmac::sign(&key, message).as_ref().to_vec()
}

fn sign_rsa_der(encoding: &'static dyn RsaEncoding, key: &[u8], message: &[u8]) -> Vec<u8> {
    let pair = RsaKeyPair::from_der(key).expect("the key is an RSA key in PKCS #1");
    sign_rsa(&pair, encoding, message)
}

fn sign_ecdsa(algorithm: &'static EcdsaSigningAlgorithm, key: &[u8], message: &[u8]) -> Vec<u8> {
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, key).expect("the key is on the right curve");
    let signature = pair.sign(&SystemRandom::new(), message);
    let signature = signature.expect("an ECDSA key can sign");
    signature.as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use std::panic;

    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, KeyPair as _,
        RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
        RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
        UnparsedPublicKey, VerificationAlgorithm,
    };

    use super::*;

    const MESSAGE: &[u8] = b"header.claims";

    fn assert_verified(
        algorithm: Algorithm,
        key: &EncodingKey,
        verification: &'static dyn VerificationAlgorithm,
        public_key: &[u8],
    ) {
        let signature = Signer::Custom(algorithm, key.clone()).signature(MESSAGE);
        let public_key = UnparsedPublicKey::new(verification, public_key);
        let verified = public_key.verify(MESSAGE, &signature);
        assert!(verified.is_ok(), "{algorithm:?}");
    }

    /// Fails if a feature of this crate, or of another one in the workspace, chooses a back end.
    #[test]
    fn no_back_end_of_jsonwebtoken_is_enabled() {
        let key = EncodingKey::from_secret(b"shared");
        let sign = || jsonwebtoken::crypto::sign(MESSAGE, &key, Algorithm::HS256);
        let message = panic::catch_unwind(sign).unwrap_err();
        let message = message.downcast_ref::<String>().unwrap();
        assert!(message.contains("CryptoProvider"), "{message}");
    }

    #[test]
    fn hmac_signatures_have_the_length_of_the_digest() {
        let key = EncodingKey::from_secret(b"shared");
        for (algorithm, length, digest) in [
            (Algorithm::HS256, 32, hmac::HMAC_SHA256),
            (Algorithm::HS384, 48, hmac::HMAC_SHA384),
            (Algorithm::HS512, 64, hmac::HMAC_SHA512),
        ] {
            let signature = Signer::Custom(algorithm, key.clone()).signature(MESSAGE);
            assert_eq!(signature.len(), length);
            let key = hmac::Key::new(digest, b"shared");
            assert!(hmac::verify(&key, MESSAGE, &signature).is_ok());
        }
    }

    #[test]
    fn rsa_signatures_can_be_verified() {
        let signing_key = SigningKey::generate().unwrap();
        let key = signing_key.encoding_key();
        let pair = RsaKeyPair::from_der(key.as_bytes()).unwrap();
        let cases: [(Algorithm, &'static dyn VerificationAlgorithm); 6] = [
            (Algorithm::RS256, &RSA_PKCS1_2048_8192_SHA256),
            (Algorithm::RS384, &RSA_PKCS1_2048_8192_SHA384),
            (Algorithm::RS512, &RSA_PKCS1_2048_8192_SHA512),
            (Algorithm::PS256, &RSA_PSS_2048_8192_SHA256),
            (Algorithm::PS384, &RSA_PSS_2048_8192_SHA384),
            (Algorithm::PS512, &RSA_PSS_2048_8192_SHA512),
        ];
        for (algorithm, verification) in cases {
            assert_verified(algorithm, &key, verification, pair.public_key().as_ref());
        }
        let custom = Signer::Custom(Algorithm::RS256, key);
        assert_eq!(custom.signature(MESSAGE), signing_key.sign_rs256(MESSAGE));
    }

    #[test]
    fn elliptic_curve_signatures_can_be_verified() {
        let cases: [(
            _,
            &'static EcdsaSigningAlgorithm,
            &'static dyn VerificationAlgorithm,
        ); 2] = [
            (
                Algorithm::ES256,
                &ECDSA_P256_SHA256_FIXED_SIGNING,
                &ECDSA_P256_SHA256_FIXED,
            ),
            (
                Algorithm::ES384,
                &ECDSA_P384_SHA384_FIXED_SIGNING,
                &ECDSA_P384_SHA384_FIXED,
            ),
        ];
        for (algorithm, signing, verification) in cases {
            let document = EcdsaKeyPair::generate_pkcs8(signing, &SystemRandom::new()).unwrap();
            let pair = EcdsaKeyPair::from_pkcs8(signing, document.as_ref()).unwrap();
            let key = EncodingKey::from_ec_der(document.as_ref());
            assert_verified(algorithm, &key, verification, pair.public_key().as_ref());
        }
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        let key = EncodingKey::from_ed_der(document.as_ref());
        let public_key = pair.public_key().as_ref();
        assert_verified(Algorithm::EdDSA, &key, &ED25519, public_key);
    }

    #[test]
    #[should_panic(expected = "expected a key for HS256")]
    fn key_of_another_family_is_rejected() {
        let key = SigningKey::generate().unwrap().encoding_key();
        Signer::Custom(Algorithm::HS256, key).signature(MESSAGE);
    }
}
