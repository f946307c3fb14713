use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::case::Case;
use super::keys::{GOOD_KID, KeyRing};
use super::placeholders::Scene;
use super::{raw, sign};

/// The token of one request, as it is sent.
pub(crate) struct Token {
    /// The token in compact form, mutated where the case says so.
    pub(crate) text: String,
    /// Every string that its header and claims hold: an answer must not repeat them.
    pub(crate) says: Vec<String>,
}

impl Token {
    /// The token of `case`; none where it is sent without one.
    ///
    /// # Errors
    ///
    /// When the case says something that this test does not understand.
    pub(crate) fn of(scene: &Scene<'_>, case: &Case) -> Result<Option<Self>, String> {
        if case.signing == "no-token" {
            return Ok(None);
        }
        let header = match &case.header {
            Some(header) => scene.fill(header)?,
            None => json!({"alg": "RS256", "kid": GOOD_KID}),
        };
        let claims = scene.claims(&case.claims)?;
        let mut says = Vec::new();
        collect_strings(&header, &mut says);
        claims
            .values()
            .for_each(|value| collect_strings(value, &mut says));
        let draft = Draft {
            keys: scene.keys,
            signing: &case.signing,
            algorithm: header["alg"].as_str().map(str::to_owned),
            header: match &case.header_raw {
                Some(text) => raw::expand(scene, text)?.into_bytes(),
                None => header.to_string().into_bytes(),
            },
            payload: raw::payload(
                scene,
                &claims,
                case.payload_raw.as_deref(),
                case.payload_encoding.as_deref(),
            )?,
        };
        let mut text = draft.compact()?;
        for op in &case.ops {
            text = op.apply(&draft, &text)?;
        }
        Ok(Some(Self { text, says }))
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

    /// The token of these two parts, signed as the case says.
    pub(crate) fn signed(&self, header: &str, payload: &str) -> Result<String, String> {
        let input = format!("{header}.{payload}");
        let algorithm = self.algorithm.as_deref();
        let signature = sign::signature(self.keys, self.signing, algorithm, input.as_bytes())?;
        Ok(format!("{input}.{}", encoded(&signature)))
    }
}

/// base64url without padding, the form of every part.
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
    use crate::attacks::keys::RsaKey;
    use crate::attacks::keys::der::pkcs1_public_key;

    #[test]
    fn tokens_of_all_cases_are_made_and_the_good_ones_verify() {
        let keys = KeyRing::generate();
        let scene = Scene::example(&keys);
        let mut verified = 0;
        for case in Case::all().expect("the table is understood") {
            let token =
                Token::of(&scene, &case).unwrap_or_else(|error| panic!("{case:?}: {error}"));
            let Some(token) = token.filter(|_| case.basis == Basis::Positive) else {
                continue;
            };
            let key = ["good-key-2", "jwks:noalg"]
                .iter()
                .find(|mode| **mode == case.signing);
            let key = match key {
                Some(&"jwks:noalg") => keys.rsa("noalg"),
                Some(_) => keys.rsa(crate::attacks::keys::SECOND_KID),
                None => keys.rsa(GOOD_KID),
            };
            assert!(
                verifies(key.expect("in the ring"), &token.text),
                "{}",
                case.name()
            );
            verified += 1;
        }
        assert_eq!(verified, 19);
    }

    #[test]
    fn malformed_padding_does_not_verify() {
        let keys = KeyRing::generate();
        let scene = Scene::example(&keys);
        let cases = Case::all().expect("the table is understood");
        let malformed: Vec<_> = cases.iter().filter(|case| case.id == "SIG-06").collect();
        assert_eq!(malformed.len(), 10);
        for case in malformed {
            let token = Token::of(&scene, case)
                .expect("a known defect")
                .expect("a token");
            assert!(!verifies(keys.good(), &token.text), "{}", case.signing);
        }
    }

    fn verifies(key: &RsaKey, token: &str) -> bool {
        let (input, signature) = token.rsplit_once('.').expect("three parts");
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).expect("base64url");
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pkcs1_public_key(key))
            .verify(input.as_bytes(), &signature)
            .is_ok()
    }
}
