//! Encrypted tokens (RFC 7516), which a verifier of signatures has no use for.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};

use super::keys::RsaKey;
use super::keys::der::subject_public_key_info;
use super::mutate::random_bytes;
use super::token::{Draft, encoded};

const HEADER: &str = r#"{"alg":"RSA-OAEP","enc":"A256GCM","cty":"JWT"}"#;

/// Five parts: a right header, and random bytes.
pub(crate) fn random() -> String {
    let parts = [256, 12, 900, 16].map(|length| encoded(&random_bytes(length)));
    format!("{}.{}", encoded(HEADER.as_bytes()), parts.join("."))
}

/// The claims of `draft` in a token with `alg` none, encrypted to the pool's own public key: its
/// owner can decrypt it, and anybody can have made it.
pub(crate) fn plain_token(draft: &Draft<'_>) -> String {
    let plain = format!(
        "{}.{}.",
        encoded(br#"{"alg":"none"}"#),
        encoded(&draft.payload)
    );
    let content_key = random_bytes(32);
    let nonce: [u8; 12] = std::array::from_fn(|_| random_bytes(1)[0]);
    let header = encoded(HEADER.as_bytes());
    let mut content = plain.into_bytes();
    let key = UnboundKey::new(&AES_256_GCM, &content_key).expect("32 bytes are a key");
    let tag = LessSafeKey::new(key)
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(header.as_bytes()),
            &mut content,
        )
        .expect("a token is short enough");
    let parts = [
        encrypted(draft.keys.good(), &content_key),
        nonce.to_vec(),
        content,
        tag.as_ref().to_vec(),
    ];
    format!("{header}.{}", parts.map(|part| encoded(&part)).join("."))
}

fn encrypted(key: &RsaKey, content_key: &[u8]) -> Vec<u8> {
    let key = PublicEncryptingKey::from_der(&subject_public_key_info(key))
        .and_then(|key| OaepPublicEncryptingKey::new(key).map_err(Into::into))
        .expect("a usual RSA key");
    let mut encrypted = vec![0; key.ciphertext_size()];
    key.encrypt(&OAEP_SHA1_MGF1SHA1, content_key, &mut encrypted, None)
        .expect("32 bytes fit")
        .to_vec()
}
