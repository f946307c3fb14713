use std::fmt::Write as _;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use aws_lc_rs::hmac;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};

use super::context::FORMAT_VERSION;

/// The salt of the derivation (RFC 5869 section 3.1), so that no other program derives the same keys
/// from the secret.
const SALT: &[u8] = b"cognito-m2m token store";

/// The start of every entry. The version is the last byte.
const HEADER: [u8; 5] = [b'C', b'M', b'2', b'M', FORMAT_VERSION];

/// The number of bytes of a fingerprint and of a hash that a key contains.
const FINGERPRINT_BYTES: usize = 8;
const HASH_BYTES: usize = 16;

/// The encryption of entries, with keys that are derived from one client secret.
///
/// Without the client secret, an entry can be neither read nor forged. It can't be moved to another key
/// either, because the context of a token is authenticated with its entry.
pub(super) struct Seal {
    prk: Prk,
}

impl Seal {
    pub(super) fn new(secret: &SecretString) -> Self {
        let salt = Salt::new(HKDF_SHA256, SALT);
        Self {
            prk: salt.extract(secret.expose_secret().as_bytes()),
        }
    }

    /// Returns the key of the entry with this context in a store: a fingerprint of the encryption
    /// key, and a keyed hash of the context.
    pub(super) fn key_of(&self, context: &[u8]) -> Result<String, Unspecified> {
        let fingerprint = self.derive(b"fingerprint")?;
        let hash_key = hmac::Key::new(hmac::HMAC_SHA256, &*self.derive(b"key of an entry")?);
        let hash = hmac::sign(&hash_key, context);
        let fingerprint = hex(fingerprint.iter().take(FINGERPRINT_BYTES));
        let hash = hex(hash.as_ref().iter().take(HASH_BYTES));
        Ok(format!("{fingerprint}-{hash}"))
    }

    /// Encrypts an entry.
    pub(super) fn seal(&self, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, Unspecified> {
        // With enough capacity, the buffer does not grow, which would leave clear text behind.
        let capacity = plain.len().saturating_add(AES_256_GCM.tag_len());
        let mut text = Vec::with_capacity(capacity);
        text.extend_from_slice(plain);
        let nonce = self
            .encryption()?
            .seal_in_place_append_tag(Aad::from(context), &mut text)?;
        Ok([&HEADER[..], nonce.as_ref(), &text].concat())
    }

    /// Decrypts an entry. Fails if it was changed, belongs to another context, or has another
    /// version.
    pub(super) fn open(
        &self,
        context: &[u8],
        entry: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
        let sealed = entry.strip_prefix(&HEADER).ok_or(Unspecified)?;
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or(Unspecified)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce)?;
        let mut text = Zeroizing::new(text.to_vec());
        let length = self
            .encryption()?
            .open_in_place(nonce, Aad::from(context), &mut text)?
            .len();
        text.truncate(length);
        Ok(text)
    }

    fn encryption(&self) -> Result<RandomizedNonceKey, Unspecified> {
        RandomizedNonceKey::new(&AES_256_GCM, &*self.derive(b"encryption of entries")?)
    }

    /// Derives 32 bytes for one purpose.
    fn derive(&self, purpose: &[u8]) -> Result<Zeroizing<[u8; 32]>, Unspecified> {
        let mut bytes = Zeroizing::new([0; 32]);
        let info = [purpose, &[FORMAT_VERSION]];
        self.prk
            .expand(&info, HKDF_SHA256)?
            .fill(bytes.as_mut_slice())?;
        Ok(bytes)
    }
}

fn hex<'b>(bytes: impl Iterator<Item = &'b u8>) -> String {
    bytes.fold(String::new(), |mut text, byte| {
        // Writing to a `String` never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: &[u8] = b"the context";
    const PLAIN: &[u8] = b"the plain text";

    fn seal(secret: &str) -> Seal {
        Seal::new(&secret.into())
    }

    #[test]
    fn entry_is_opened_only_with_its_secret_and_context() {
        let entry = seal("one").seal(CONTEXT, PLAIN).unwrap();
        assert_eq!(*seal("one").open(CONTEXT, &entry).unwrap(), PLAIN);
        assert!(seal("two").open(CONTEXT, &entry).is_err());
        assert!(seal("one").open(b"another context", &entry).is_err());
    }

    #[test]
    fn every_change_of_an_entry_is_detected() {
        let entry = seal("one").seal(CONTEXT, PLAIN).unwrap();
        for index in 0..entry.len() {
            let mut changed = entry.clone();
            changed[index] ^= 1;
            assert!(seal("one").open(CONTEXT, &changed).is_err(), "{index}");
            assert!(seal("one").open(CONTEXT, &entry[..index]).is_err());
        }
        let longer = [&entry[..], b"x"].concat();
        assert!(seal("one").open(CONTEXT, &longer).is_err());
    }

    #[test]
    fn same_entry_is_never_encrypted_to_the_same_bytes() {
        let entries = [0; 2].map(|_| seal("one").seal(CONTEXT, PLAIN).unwrap());
        assert_ne!(entries[0], entries[1]);
        let text = String::from_utf8_lossy(&entries[0]).into_owned();
        assert!(!text.contains("plain"), "{text:?}");
    }

    #[test]
    fn keys_are_printable_and_differ_by_secret_and_context() {
        let key = seal("one").key_of(CONTEXT).unwrap();
        assert_eq!(key.len(), 49);
        let is_allowed = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-');
        assert!(key.bytes().all(is_allowed), "{key}");
        assert_eq!(key, seal("one").key_of(CONTEXT).unwrap());
        let fingerprint = |key: &str| key.split('-').next().unwrap().to_owned();
        let of_other_context = seal("one").key_of(b"another context").unwrap();
        assert_eq!(fingerprint(&key), fingerprint(&of_other_context));
        assert_ne!(key, of_other_context);
        let of_other_secret = seal("two").key_of(CONTEXT).unwrap();
        assert_ne!(fingerprint(&key), fingerprint(&of_other_secret));
    }
}
