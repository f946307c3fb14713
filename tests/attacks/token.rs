use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::case::Case;
use super::keys::{GOOD_KID, KeyRing};
use super::placeholders::Values;
use super::{raw, sign};

/// The token of one request.
pub(crate) struct Token {
    /// The compact form of the token, with the mutations of the case.
    pub(crate) text: String,
    /// All strings in its header and claims, which the answer must not repeat.
    pub(crate) strings: Vec<String>,
}

impl Token {
    /// Creates the token of `case`, or returns `None` if its request has no token.
    ///
    /// # Errors
    ///
    /// Returns an error if the case contains anything unknown.
    pub(crate) fn for_case(values: &Values<'_>, case: &Case) -> Result<Option<Self>, String> {
        if case.signing == "no-token" {
            return Ok(None);
        }
        let header = match &case.header {
            Some(header) => values.fill(header)?,
            None => json!({"alg": "RS256", "kid": GOOD_KID}),
        };
        let claims = values.claims(&case.claims)?;
        let mut strings = Vec::new();
        collect_strings(&header, &mut strings);
        claims
            .values()
            .for_each(|value| collect_strings(value, &mut strings));
        let draft = Draft {
            keys: values.keys,
            signing: &case.signing,
            algorithm: header["alg"].as_str().map(str::to_owned),
            header: match &case.header_raw {
                Some(text) => raw::expand(values, text)?.into_bytes(),
                None => header.to_string().into_bytes(),
            },
            payload: raw::payload(
                values,
                &claims,
                case.payload_raw.as_deref(),
                case.payload_encoding.as_deref(),
            )?,
        };
        let mut text = draft.compact()?;
        for op in &case.ops {
            text = op.apply(&draft, &text)?;
        }
        Ok(Some(Self { text, strings }))
    }
}

/// A token before its signature.
pub(crate) struct Draft<'a> {
    pub(crate) keys: &'a KeyRing,
    signing: &'a str,
    algorithm: Option<String>,
    pub(crate) header: Vec<u8>,
    pub(crate) payload: Vec<u8>,
}

impl Draft<'_> {
    fn compact(&self) -> Result<String, String> {
        self.signed(&encoded(&self.header), &encoded(&self.payload))
    }

    /// Returns the token of these two encoded parts, signed as the case requires.
    pub(crate) fn signed(&self, header: &str, payload: &str) -> Result<String, String> {
        let input = format!("{header}.{payload}");
        let algorithm = self.algorithm.as_deref();
        let signature = sign::signature(self.keys, self.signing, algorithm, input.as_bytes())?;
        Ok(format!("{input}.{}", encoded(&signature)))
    }
}

/// Encodes a part of a token as base64url without padding.
pub(crate) fn encoded(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn collect_strings(value: &Value, strings: &mut Vec<String>) {
    match value {
        Value::String(text) => strings.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_strings(item, strings)),
        Value::Object(members) => members
            .values()
            .for_each(|item| collect_strings(item, strings)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

mod tests {
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;
    use crate::attacks::case::Basis;
    use crate::attacks::keys::der::pkcs1_public_key;
    use crate::attacks::keys::{RsaKey, SECOND_KID};

    #[test]
    fn tokens_of_all_cases_are_created_and_the_valid_ones_verify() {
        let keys = KeyRing::generate();
        let values = Values::example(&keys);
        let mut verified = 0;
        for case in Case::all().expect("a valid table") {
            let token =
                Token::for_case(&values, &case).unwrap_or_else(|error| panic!("{case:?}: {error}"));
            let Some(token) = token.filter(|_| case.basis == Basis::Positive) else {
                continue;
            };
            let kid = match case.signing.as_str() {
                "good-key-2" => SECOND_KID,
                "jwks:noalg" => "noalg",
                _ => GOOD_KID,
            };
            let key = keys.rsa(kid).expect("a key of the ring");
            assert!(verifies(key, &token.text), "{}", case.name());
            verified += 1;
        }
        assert_eq!(verified, 19);
    }

    #[test]
    fn malformed_padding_does_not_verify() {
        let keys = KeyRing::generate();
        let values = Values::example(&keys);
        let cases = Case::all().expect("a valid table");
        let malformed: Vec<_> = cases.iter().filter(|case| case.id == "SIG-06").collect();
        assert_eq!(malformed.len(), 10);
        for case in malformed {
            let token = Token::for_case(&values, case)
                .expect("a known defect")
                .expect("a token");
            assert!(!verifies(keys.good(), &token.text), "{}", case.signing);
        }
    }

    fn verifies(key: &RsaKey, token: &str) -> bool {
        let (input, signature) = token.rsplit_once('.').expect("a token of three parts");
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).expect("base64url");
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pkcs1_public_key(key))
            .verify(input.as_bytes(), &signature)
            .is_ok()
    }
}
