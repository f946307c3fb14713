//! The contents of a token that has not been verified, for people to read.

use serde_json::{Map, Value};

/// The maximum number of characters of a value that are shown.
const MAX_SHOWN: usize = 200;

/// The header and the claims of a token. They are empty if the token cannot be decoded.
#[derive(Debug, Default)]
pub(crate) struct UntrustedToken {
    pub(crate) bytes: usize,
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

impl UntrustedToken {
    /// Decodes a token without verifying it. The signature is not read.
    pub(crate) fn decode(token: &str) -> Self {
        let mut parts = token.split('.').map(decode_object);
        Self {
            bytes: token.len(),
            header: parts.next().flatten().unwrap_or_default(),
            claims: parts.next().flatten().unwrap_or_default(),
        }
    }

    #[cfg(test)]
    pub(crate) fn from_claims(claims: Value) -> Self {
        Self {
            claims: match claims {
                Value::Object(claims) => claims,
                _ => Map::default(),
            },
            ..Self::default()
        }
    }

    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    pub(crate) fn number(&self, claim: &str) -> Option<f64> {
        self.claims.get(claim)?.as_f64()
    }

    pub(crate) fn has(&self, claim: &str) -> bool {
        self.claims.contains_key(claim)
    }

    /// Returns the value of a member of the header (`alg`, `kid`, `typ`) or of a claim. It is escaped,
    /// so that it can neither forge a line nor control the terminal.
    pub(crate) fn shown(&self, name: &str) -> String {
        let part = match name {
            "alg" | "kid" | "typ" => &self.header,
            _ => &self.claims,
        };
        match part.get(name) {
            None => "none".to_owned(),
            Some(Value::String(text)) => shorten(text),
            Some(Value::Number(number)) => number.to_string(),
            Some(other) => shorten(&other.to_string()),
        }
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{:?}..", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

fn decode_object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&decode_base64url(part)?).ok()
}

/// Decodes base64url without padding (RFC 7515 section 2). Bits after the last byte are ignored.
fn decode_base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0_u32);
    for character in text.bytes() {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xFFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xFF) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_and_claims_are_decoded() {
        // {"alg":"none","kid":"k~1"} and {"iss":"https://a.example/?","exp":1.5,"aud":["a","b"]}
        let token = UntrustedToken::decode(
            "eyJhbGciOiJub25lIiwia2lkIjoia34xIn0.eyJpc3MiOiJodHRwczovL2EuZXhhbXBsZS8_IiwiZXhwIjoxLjUsImF1ZCI6WyJhIiwiYiJdfQ.c2lnbmF0dXJl",
        );
        assert_eq!(token.shown("alg"), "\"none\"");
        assert_eq!(token.shown("kid"), "\"k~1\"");
        assert_eq!(token.text("iss"), Some("https://a.example/?"));
        assert_eq!(token.number("exp"), Some(1.5));
        assert_eq!(token.shown("aud"), r#""[\"a\",\"b\"]""#);
        assert_eq!(token.shown("scope"), "none");
        assert!(!format!("{token:?}").contains("c2lnbmF0dXJl"));
    }

    #[test]
    fn text_that_is_no_token_has_no_members() {
        for text in [
            "",
            "a",
            "a.b.c",
            "....",
            "e30.e30",
            "W10.W10.a",
            "\u{e9}.\u{e9}.",
        ] {
            let token = UntrustedToken::decode(text);
            assert_eq!(token.shown("iss"), "none", "{text}");
            assert_eq!(token.bytes, text.len());
        }
    }

    #[test]
    fn values_are_escaped_and_shortened() {
        let claims = serde_json::json!({
            "iss": "a\nvalidate_token: \u{1b}[31m\u{9b}31m\u{202e}",
            "scope": "x".repeat(1_000),
        });
        let token = UntrustedToken::from_claims(claims);
        let shown = token.shown("iss");
        assert!(
            shown
                .chars()
                .all(|character| matches!(character, ' '..='~')),
            "{shown}"
        );
        assert!(token.shown("scope").len() < 250);
    }
}
