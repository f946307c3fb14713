//! Base64url without padding, as in tokens and keys.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Decodes base64url without padding (RFC 7515 section 2).
///
/// The engine refuses padding, other alphabets, and a last character with unused bits, so each
/// value has exactly one encoding.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn only_canonical_base64url_is_decoded() {
        assert_eq!(decode(b"QQ").as_deref(), Some(&b"A"[..]));
        for text in ["QQ==", "QR", "Q", "Q Q", "+/+/", "QQ\n"] {
            assert_eq!(decode(text.as_bytes()), None, "{text:?}");
        }
    }
}
