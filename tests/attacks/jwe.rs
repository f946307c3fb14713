//! Encrypted tokens (RFC 7516), which a verifier of signatures must refuse.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};

use super::keys::RsaKey;
use super::keys::der::subject_public_key_info;
use super::mutate::random_bytes;
use super::token::{Draft, encoded};

const HEADER: &str = r#"{"alg":"RSA-OAEP","enc":"A256GCM","cty":"JWT"}"#;

/// Returns a token of five parts: a valid header and random bytes.
pub(crate) fn random_token() -> String {
    let parts = [256, 12, 900, 16].map(|length| encoded(&random_bytes(length)));
    format!("{}.{}", encoded(HEADER.as_bytes()), parts.join("."))
}

/// Returns a token with the claims of `draft` and the `alg` `none`, encrypted for the public key of the
/// pool. Anyone who has that public key can create it.
pub(crate) fn encrypt_unsigned_token(draft: &Draft<'_>) -> String {
    let plain = format!(
        "{}.{}.",
        encoded(br#"{"alg":"none"}"#),
        encoded(&draft.payload)
    );
    let content_key = random_bytes(32);
    let nonce: [u8; 12] = std::array::from_fn(|_| random_bytes(1)[0]);
    let header = encoded(HEADER.as_bytes());
    let mut content = plain.into_bytes();
    let key = UnboundKey::new(&AES_256_GCM, &content_key).expect("a key of 32 bytes");
    let tag = LessSafeKey::new(key)
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(header.as_bytes()),
            &mut content,
        )
        .expect("a token short enough to encrypt");
    let parts = [
        encrypt_content_key(draft.keys.good(), &content_key),
        nonce.to_vec(),
        content,
        tag.as_ref().to_vec(),
    ];
    format!("{header}.{}", parts.map(|part| encoded(&part)).join("."))
}

fn encrypt_content_key(key: &RsaKey, content_key: &[u8]) -> Vec<u8> {
    let key = PublicEncryptingKey::from_der(&subject_public_key_info(key))
        .and_then(|key| OaepPublicEncryptingKey::new(key).map_err(Into::into))
        .expect("a valid RSA key");
    let mut encrypted = vec![0; key.ciphertext_size()];
    key.encrypt(&OAEP_SHA1_MGF1SHA1, content_key, &mut encrypted, None)
        .expect("32 bytes fit into one RSA block")
        .to_vec()
}
