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

use super::pem;

/// The size of Cognito's keys.
const MODULUS_BYTES: usize = 2048 / 8;

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
    pub(crate) fn generate_two() -> io::Result<[Self; 2]> {
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

    /// Reads a private key in PKCS #8 from PEM text (RFC 7468 section 10), as
    /// [`pkcs8_pem`](Self::pkcs8_pem) returns it and `openssl genpkey -algorithm RSA` writes it.
    ///
    /// Text before and after the key is ignored.
    ///
    /// # Errors
    ///
    /// Returns an error of kind [`InvalidData`](io::ErrorKind::InvalidData) if the text contains no
    /// such key, more than one, or one that is not an RSA key of 2048 bits. It does not quote the text.
    ///
    /// # Examples
    ///
    /// Keys that a local Cognito keeps when it is started again:
    ///
    /// ```
    /// use cognito_m2m::testing::{LocalCognito, SigningKey};
    ///
    /// let keys = [SigningKey::generate()?, SigningKey::generate()?];
    /// let stored = keys.each_ref().map(|key| (key.kid().to_owned(), key.pkcs8_pem()));
    ///
    /// let [(kid, pem), (next_kid, next_pem)] = &stored;
    /// let cognito = LocalCognito::builder()
    ///     .signing_keys([
    ///         SigningKey::from_pkcs8_pem(kid, pem)?,
    ///         SigningKey::from_pkcs8_pem(next_kid, next_pem)?,
    ///     ])
    ///     .start()?;
    /// assert_eq!(&cognito.kids(), &[kid.clone(), next_kid.clone()]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn from_pkcs8_pem(kid: impl Into<String>, pem: &str) -> io::Result<Self> {
        let pair = pem::decode(pem).and_then(|der| KeyPair::from_pkcs8(&der).ok());
        let pair = pair.filter(|pair| pair.public_modulus_len() == MODULUS_BYTES);
        let pair = pair.ok_or_else(|| {
            let problem = "expected one RSA key of 2048 bits in PKCS #8, between \
                `-----BEGIN PRIVATE KEY-----` and `-----END PRIVATE KEY-----`";
            io::Error::new(io::ErrorKind::InvalidData, problem)
        })?;
        Ok(Self {
            kid: kid.into(),
            pair: Arc::new(pair),
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

    /// Returns the private key as PKCS #8, in the PEM format (RFC 7468 section 10).
    ///
    /// [`from_pkcs8_pem`](Self::from_pkcs8_pem) reads it again. The text does not contain the `kid`.
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
    /// let same_key = SigningKey::from_pkcs8_pem(key.kid(), &key.pkcs8_pem())?;
    /// assert_eq!(same_key.public_jwk(), key.public_jwk());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn pkcs8_pem(&self) -> String {
        pem::encode(&self.pkcs8_der())
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
    fn key_from_pem_signs_like_the_original() {
        let key = SigningKey::generate().unwrap();
        let read = SigningKey::from_pkcs8_pem("stable", &key.pkcs8_pem()).unwrap();
        assert_eq!(read.kid(), "stable");
        assert_eq!(read.sign_rs256(b"message"), key.sign_rs256(b"message"));
    }

    #[test]
    fn pem_of_other_keys_is_refused_without_quoting_it() {
        let other_size = KeyPair::generate(KeySize::Rsa3072).unwrap();
        let der: Pkcs8V1Der<'_> = other_size.as_der().unwrap();
        let key = SigningKey::generate().unwrap();
        let pem = key.pkcs8_pem();
        let truncated = pem::encode(&key.pkcs8_der()[..600]);
        for text in [
            pem::encode(der.as_ref()),
            pem::encode(b"marker"),
            truncated,
            format!("{pem}{pem}"),
            String::new(),
        ] {
            let error = SigningKey::from_pkcs8_pem("kid", &text).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
            let expected = "expected one RSA key of 2048 bits in PKCS #8, between \
                `-----BEGIN PRIVATE KEY-----` and `-----END PRIVATE KEY-----`";
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn debug_output_contains_only_the_kid() {
        let key = SigningKey::generate().unwrap();
        let expected = format!("SigningKey {{ kid: {:?}, .. }}", key.kid());
        assert_eq!(format!("{key:?}"), expected);
    }
}
