use super::{BearerToken, InvalidToken};
use crate::base64url;
use crate::json::{JsonFault, Members};

/// The signature length of the largest supported key, which has 8192 bits (see `jwks::key`).
const MAX_SIGNATURE_BYTES: usize = 1024;

/// A parsed token. Nothing in it has been verified.
pub(crate) struct UnverifiedToken<'t> {
    pub(crate) signing_input: &'t [u8],
    pub(crate) signature: Vec<u8>,
    pub(crate) untrusted_kid: Box<str>,
    pub(crate) untrusted_payload: String,
}

impl<'t> UnverifiedToken<'t> {
    pub(crate) fn parse(token: BearerToken<'t>) -> Result<Self, InvalidToken> {
        let text = token.as_str();
        let (header, payload, signature) = three_parts(text)?;
        let untrusted_kid = key_id(&json_text(header)?)?;
        let untrusted_payload = json_text(payload)?;
        let signature = base64url::decode(signature.as_bytes()).ok_or(InvalidToken::Base64)?;
        if signature.is_empty() || signature.len() > MAX_SIGNATURE_BYTES {
            return Err(InvalidToken::Signature);
        }
        let signed = header.len().saturating_add(payload.len()).saturating_add(1);
        Ok(Self {
            signing_input: text.as_bytes().get(..signed).unwrap_or_default(),
            signature,
            untrusted_kid,
            untrusted_payload,
        })
    }
}

/// Splits a token into its parts. It allocates nothing, however many dots the token contains.
fn three_parts(text: &str) -> Result<(&str, &str, &str), InvalidToken> {
    let mut dots = memchr::memchr_iter(b'.', text.as_bytes());
    let (Some(first), Some(second)) = (dots.next(), dots.next()) else {
        return Err(InvalidToken::NotThreeParts);
    };
    match dots.take(3).count() {
        0 => {}
        2 => return Err(InvalidToken::Encrypted),
        _ => return Err(InvalidToken::NotThreeParts),
    }
    let header = text.get(..first);
    let payload = text.get(first.saturating_add(1)..second);
    let signature = text.get(second.saturating_add(1)..);
    match (header, payload, signature) {
        (Some(header), Some(payload), Some(signature)) => Ok((header, payload, signature)),
        // Not reached: a dot is one byte, at the boundary of two characters.
        _ => Err(InvalidToken::NotThreeParts),
    }
}

/// Returns the payload of a token as text, or `None` if it cannot be decoded.
pub(super) fn decode_payload(token: &str) -> Option<String> {
    let (_, payload, _) = three_parts(token).ok()?;
    json_text(payload).ok()
}

fn json_text(part: &str) -> Result<String, InvalidToken> {
    let bytes = base64url::decode(part.as_bytes()).ok_or(InvalidToken::Base64)?;
    String::from_utf8(bytes).map_err(|_| InvalidToken::Json)
}

/// The header members that are checked.
const NAMES: [&str; 7] = ["kid", "alg", "typ", "crit", "cty", "zip", "b64"];

/// Checks the JOSE header and returns the `kid`.
///
/// The algorithm is fixed and not chosen by the token (RFC 8725 section 3.1). `jwk`, `jku`, `x5u`
/// and `x5c` are ignored.
fn key_id(header: &str) -> Result<Box<str>, InvalidToken> {
    let header = Members::parse(header, &NAMES)?;
    let string = |name| header.find(name).and_then(crate::json::Member::string);
    if string("alg").as_deref() != Some("RS256") {
        return Err(InvalidToken::Algorithm);
    }
    if header.contains("crit") {
        return Err(InvalidToken::CriticalExtension);
    }
    if ["cty", "zip", "b64"]
        .iter()
        .any(|name| header.contains(name))
    {
        return Err(InvalidToken::Encoding);
    }
    if header.contains("typ") && !string("typ").is_some_and(|typ| is_token_type(&typ)) {
        return Err(InvalidToken::Type);
    }
    match string("kid") {
        Some(kid) if !kid.is_empty() => Ok(kid.into()),
        _ => Err(InvalidToken::KeyId),
    }
}

/// Returns `true` for the types of an access token (RFC 9068 section 2.1), compared
/// case-insensitively (RFC 7515 section 4.1.9).
fn is_token_type(typ: &str) -> bool {
    ["JWT", "at+jwt", "application/at+jwt"]
        .iter()
        .any(|known| typ.eq_ignore_ascii_case(known))
}

impl From<JsonFault> for InvalidToken {
    fn from(fault: JsonFault) -> Self {
        match fault {
            JsonFault::Malformed => Self::Json,
            JsonFault::DuplicateMember => Self::DuplicateMember,
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn error_of(text: &str) -> Option<InvalidToken> {
        let token = BearerToken::new(text).expect("the text consists of token characters");
        UnverifiedToken::parse(token).err()
    }

    fn error_of_header(header: &str) -> Option<InvalidToken> {
        error_of(&format!("{}.e30.c2ln", URL_SAFE_NO_PAD.encode(header)))
    }

    #[test]
    fn rule_1_2_a_token_has_exactly_three_parts() {
        for text in [
            "a",
            ".",
            "a.b",
            "a.b.c.d",
            "a.b.c.",
            ".a.b.c",
            "a.b.c.d.e.f",
        ] {
            assert_eq!(error_of(text), Some(InvalidToken::NotThreeParts), "{text}");
        }
        assert_eq!(error_of("a.b.c.d.e"), Some(InvalidToken::Encrypted));
        let dots = ".".repeat(30_000);
        assert_eq!(error_of(&dots), Some(InvalidToken::NotThreeParts));
    }

    #[test]
    fn rule_1_3_parts_are_canonical_base64url_of_json_objects() {
        assert_eq!(error_of("..c2ln"), Some(InvalidToken::Json));
        assert_eq!(error_of("e30.e31.c2ln"), Some(InvalidToken::Algorithm));
        assert_eq!(error_of("e31.e30.c2ln"), Some(InvalidToken::Base64));
        assert_eq!(error_of_header("[]"), Some(InvalidToken::Json));
        assert_eq!(
            error_of_header(r#"{"alg":"RS256","kid":"k","kid":"k"}"#),
            Some(InvalidToken::DuplicateMember)
        );
        let latin1 = URL_SAFE_NO_PAD.encode(b"{\"alg\":\"RS256\",\"kid\":\"\xe9\"}");
        assert_eq!(
            error_of(&format!("{latin1}.e30.c2ln")),
            Some(InvalidToken::Json)
        );
    }

    #[test]
    fn rule_1_4_only_rs256_headers_without_extensions_are_accepted() {
        assert_eq!(error_of_header(r#"{"alg":"RS256","kid":"k"}"#), None);
        assert_eq!(
            error_of_header(r#"{"alg":"RS256","kid":"k","jku":"x","x5t":1}"#),
            None
        );
        let with = |more: &str| error_of_header(&format!(r#"{{"alg":"RS256","kid":"k",{more}}}"#));
        assert_eq!(with(r#""typ":"application/AT+jwt""#), None);
        for typ in [
            r#""typ":"JWE""#,
            r#""typ":null"#,
            r#""typ":"""#,
            r#""typ":["JWT"]"#,
        ] {
            assert_eq!(with(typ), Some(InvalidToken::Type), "{typ}");
        }
        assert_eq!(with(r#""crit":[]"#), Some(InvalidToken::CriticalExtension));
        for name in ["cty", "zip", "b64"] {
            assert_eq!(
                with(&format!("\"{name}\":null")),
                Some(InvalidToken::Encoding)
            );
        }
        for alg in ["rs256", "RS256 ", "none", "RS384", "HS256", ""] {
            let header = format!(r#"{{"alg":"{alg}","kid":"k"}}"#);
            assert_eq!(
                error_of_header(&header),
                Some(InvalidToken::Algorithm),
                "{alg}"
            );
        }
        for kid in [r#""""#, "1", "null", r#"["k"]"#] {
            let header = format!(r#"{{"alg":"RS256","kid":{kid}}}"#);
            assert_eq!(error_of_header(&header), Some(InvalidToken::KeyId), "{kid}");
        }
    }

    #[test]
    fn empty_and_overlong_signatures_are_refused() {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","kid":"k"}"#);
        assert_eq!(
            error_of(&format!("{header}.e30.")),
            Some(InvalidToken::Signature)
        );
        let long = URL_SAFE_NO_PAD.encode([0_u8; 1025]);
        assert_eq!(
            error_of(&format!("{header}.e30.{long}")),
            Some(InvalidToken::Signature)
        );
    }
}
