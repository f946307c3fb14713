use std::sync::Arc;
use std::{fmt, io, thread};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaEncoding};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

/// A 2048-bit RSA key that signs tokens, with its `kid`.
///
/// A [`LocalCognito`](super::LocalCognito) generates its keys itself. A test can generate more, for
/// example to act as an attacker. Clones share the key.
///
/// # Examples
///
/// A forged token, signed with another key under the `kid` of the user pool's key:
///
/// ```
/// use cognito_m2m::testing::{LocalCognito, SigningKey};
///
/// let cognito = LocalCognito::start()?;
/// let attacker = SigningKey::generate()?;
/// let [known, _] = cognito.kids();
/// let forged = cognito.token("reporting").signed_by(&attacker).kid(known).sign();
/// # assert_eq!(forged.split('.').count(), 3);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct SigningKey {
    kid: String,
    pair: Arc<KeyPair>,
}

impl SigningKey {
    /// Generates a random key with a random `kid`.
    ///
    /// This takes tens of milliseconds, and seconds if aws-lc was built without optimization.
    ///
    /// # Errors
    ///
    /// Returns an error if the crypto library fails to generate a key.
    pub fn generate() -> io::Result<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048)
            .map_err(|_| io::Error::other("failed to generate an RSA key"))?;
        Ok(Self {
            kid: random_kid(),
            pair: Arc::new(pair),
        })
    }

    // In parallel, since key generation dominates the start-up time.
    pub(super) fn generate_two() -> io::Result<[Self; 2]> {
        thread::scope(|scope| {
            let next = scope.spawn(Self::generate);
            let current = Self::generate()?;
            let Ok(next) = next.join() else {
                return Err(io::Error::other(
                    "failed to generate an RSA key: the thread panicked",
                ));
            };
            Ok([current, next?])
        })
    }

    /// Returns the ID of the key.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Returns the public key as Cognito publishes it, with `alg`, `e`, `kid`, `kty`, `n` and
    /// `use`.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::{LocalCognito, SigningKey};
    ///
    /// let cognito = LocalCognito::start()?;
    /// let key = SigningKey::generate()?;
    /// cognito.add_jwk(key.public_jwk());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn public_jwk(&self) -> Value {
        let public = PublicKeyComponents::<Vec<u8>>::from(self.pair.public_key());
        json!({
            "alg": "RS256",
            "e": URL_SAFE_NO_PAD.encode(public.e),
            "kid": self.kid,
            "kty": "RSA",
            "n": URL_SAFE_NO_PAD.encode(public.n),
            "use": "sig",
        })
    }

    /// Returns the RS256 signature of `message` (RFC 7518 section 3.3).
    ///
    /// # Panics
    ///
    /// Panics if the crypto library fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::SigningKey;
    ///
    /// let key = SigningKey::generate()?;
    /// assert_eq!(key.sign_rs256(b"a message").len(), 2048 / 8);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn sign_rs256(&self, message: &[u8]) -> Vec<u8> {
        sign_rsa(&self.pair, &RSA_PKCS1_SHA256, message)
    }

    /// Returns the private key as PKCS #8 (RFC 5208), encoded as DER.
    ///
    /// # Panics
    ///
    /// Panics if the crypto library fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::SigningKey;
    ///
    /// let key = SigningKey::generate()?;
    /// assert!(key.pkcs8_der().len() > 1_000);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn pkcs8_der(&self) -> Vec<u8> {
        let der: Pkcs8V1Der<'_> = self
            .pair
            .as_der()
            .expect("a generated RSA key can be encoded as DER");
        der.as_ref().to_vec()
    }

    /// Returns the private key for [`TokenBuilder::signed_with`](super::TokenBuilder::signed_with),
    /// to sign with another RSA algorithm.
    ///
    /// # Panics
    ///
    /// Panics if the crypto library fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::testing::{Algorithm, LocalCognito};
    ///
    /// let cognito = LocalCognito::start()?;
    /// let key = cognito.signing_key().encoding_key();
    /// let token = cognito.token("reporting").signed_with(Algorithm::RS512, key).sign();
    /// # assert!(!token.is_empty());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn encoding_key(&self) -> EncodingKey {
        // jsonwebtoken requires PKCS #1, which PKCS #8 wraps. The wrapper has the same length for
        // every key of this size: sequence (4 bytes), version (3), algorithm (15) and the head of
        // an octet string (4).
        const PKCS8_HEAD: usize = 26;
        let der = self.pkcs8_der();
        let pkcs1 = der.get(PKCS8_HEAD..).unwrap_or_default();
        EncodingKey::from_rsa_der(pkcs1)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

pub(super) fn sign_rsa(
    pair: &KeyPair,
    encoding: &'static dyn RsaEncoding,
    message: &[u8],
) -> Vec<u8> {
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(encoding, &SystemRandom::new(), message, &mut signature)
        .expect("an RSA key can sign");
    signature
}

// Cognito's key IDs are 32 bytes in padded base64 with the standard alphabet.
fn random_kid() -> String {
    let bytes: [u8; 32] = std::array::from_fn(|_| fastrand::u8(..));
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kid_is_padded_base64_of_32_bytes() {
        let kid = random_kid();
        assert_eq!(kid.len(), 44);
        assert!(kid.ends_with('='));
        assert_ne!(kid, random_kid());
    }

    #[test]
    fn encoded_private_key_decodes_to_the_same_key() {
        let key = SigningKey::generate().unwrap();
        let decoded = KeyPair::from_pkcs8(&key.pkcs8_der()).unwrap();
        assert_eq!(
            decoded.public_key().as_ref(),
            key.pair.public_key().as_ref()
        );
        let decoded = KeyPair::from_der(key.encoding_key().as_bytes()).unwrap();
        assert_eq!(
            decoded.public_key().as_ref(),
            key.pair.public_key().as_ref()
        );
    }

    #[test]
    fn debug_output_contains_only_the_kid() {
        let key = SigningKey::generate().unwrap();
        let expected = format!("SigningKey {{ kid: {:?}, .. }}", key.kid());
        assert_eq!(format!("{key:?}"), expected);
    }
}
