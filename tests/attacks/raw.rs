//! Headers and payloads that are raw text, since JSON values can't say what they say.

use serde_json::{Map, Value};

use super::keys::GOOD_KID;
use super::placeholders::Scene;

/// The bytes of a payload: `raw` where the case gives it, else `claims`, in the encoding it names.
///
/// # Errors
///
/// When the case says something that this test does not understand.
pub(crate) fn payload(
    scene: &Scene<'_>,
    claims: &Map<String, Value>,
    raw: Option<&str>,
    encoding: Option<&str>,
) -> Result<Vec<u8>, String> {
    let text = match raw {
        None => object(members(claims)),
        Some(raw) => match raw.strip_prefix("@claims-") {
            None => expand(scene, raw)?,
            Some(change) => changed(scene, claims, change)?,
        },
    };
    encoded(&text, encoding)
}

/// `text` with every `<<..>>` in it filled.
///
/// # Errors
///
/// When one is none that this test knows.
pub(crate) fn expand(scene: &Scene<'_>, text: &str) -> Result<String, String> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, placeholder, after)) = split_placeholder(rest) {
        expanded.push_str(before);
        let filled = filled(scene, placeholder);
        expanded.push_str(&filled.ok_or_else(|| format!("unknown \"<<{placeholder}>>\""))?);
        rest = after;
    }
    Ok(expanded + rest)
}

fn split_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("<<")?;
    let (placeholder, after) = rest.split_once(">>")?;
    Some((before, placeholder, after))
}

fn filled(scene: &Scene<'_>, placeholder: &str) -> Option<String> {
    let count = |number: &str| number.parse::<usize>().ok();
    match placeholder.split_once(':') {
        Some(("nest", depth)) => {
            let depth = count(depth)?;
            Some("[".repeat(depth) + &"]".repeat(depth))
        }
        Some(("digits", length)) => Some("9".repeat(count(length)?)),
        Some(_) => None,
        None => match placeholder {
            "iss" => Some(scene.issuer.to_owned()),
            "client" => Some(scene.client_id.to_owned()),
            "kid" => Some(GOOD_KID.to_owned()),
            "jti" => Some(scene.jti.clone()),
            instant => scene.instant(instant).map(|seconds| seconds.to_string()),
        },
    }
}

/// `change` is what follows `@claims-`: `with:X`, `before:X` or `set:name:value`.
fn changed(scene: &Scene<'_>, claims: &Map<String, Value>, change: &str) -> Result<String, String> {
    let unknown = || format!("unknown change of the payload {change:?}");
    let (verb, text) = change.split_once(':').ok_or_else(unknown)?;
    let text = expand(scene, text)?;
    let members = members(claims);
    Ok(match verb {
        "with" => object(members.into_iter().chain([text])),
        "before" => object([text].into_iter().chain(members)),
        "set" => {
            let (name, value) = text.split_once(':').ok_or_else(unknown)?;
            let mut others = claims.clone();
            others.remove(name);
            object(
                self::members(&others)
                    .into_iter()
                    .chain([member(name, value)]),
            )
        }
        _ => return Err(unknown()),
    })
}

fn members(claims: &Map<String, Value>) -> Vec<String> {
    let member = |(name, value): (&String, &Value)| member(name, &value.to_string());
    claims.iter().map(member).collect()
}

fn member(name: &str, value: &str) -> String {
    format!("{}:{value}", Value::from(name))
}

fn object(members: impl IntoIterator<Item = String>) -> String {
    let members: Vec<_> = members.into_iter().collect();
    format!("{{{}}}", members.join(","))
}

fn encoded(text: &str, encoding: Option<&str>) -> Result<Vec<u8>, String> {
    Ok(match encoding {
        None | Some("utf-8") => text.as_bytes().to_vec(),
        Some("utf-8-bom") => ["\u{feff}", text].concat().into_bytes(),
        Some("utf-16" | "utf-16le") => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Some("utf-16be") => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Some("latin-1") => latin1(text)?,
        Some(unknown) => return Err(format!("unknown encoding {unknown:?}")),
    })
}

/// One byte a character.
///
/// # Errors
///
/// When a character has no place in ISO 8859-1.
pub(crate) fn latin1(text: &str) -> Result<Vec<u8>, String> {
    text.chars()
        .map(|character| {
            u8::try_from(character).map_err(|_| format!("{character:?} is not of latin-1"))
        })
        .collect()
}

mod tests {
    use serde_json::json;

    use super::*;
    use crate::attacks::keys::KeyRing;

    #[test]
    fn every_change_of_the_payload_is_made() {
        let keys = KeyRing::generate();
        let scene = Scene::example(&keys);
        let claims = json!({"a": 1, "b": "x"});
        let claims = claims.as_object().expect("an object");
        let payload = |raw| {
            let payload = payload(&scene, claims, Some(raw), None);
            payload.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        };
        let is = |text: &str| Ok(text.to_owned());
        assert_eq!(
            payload("@claims-with:\"b\":2"),
            is(r#"{"a":1,"b":"x","b":2}"#)
        );
        assert_eq!(
            payload("@claims-before:\"b\":2"),
            is(r#"{"b":2,"a":1,"b":"x"}"#)
        );
        assert_eq!(payload("@claims-set:a:1e400"), is(r#"{"b":"x","a":1e400}"#));
        assert_eq!(payload("[<<nest:2>>,<<digits:3>>]"), is("[[[]],999]"));
        assert_eq!(
            payload("<<now+5>>,<<client>>,<<jti>>"),
            is("1005,client,jti")
        );
        assert!(payload("@claims-drop:a").is_err());
        assert!(payload("<<nobody>>").is_err());
    }

    #[test]
    fn every_encoding_is_its_own_bytes() {
        assert_eq!(encoded("é", Some("latin-1")), Ok(vec![0xe9]));
        assert_eq!(encoded("é", Some("utf-16le")), Ok(vec![0xe9, 0]));
        assert_eq!(
            encoded("é", Some("utf-8-bom")),
            Ok(vec![0xef, 0xbb, 0xbf, 0xc3, 0xa9])
        );
        assert!(encoded("漢", Some("latin-1")).is_err());
        assert!(encoded("a", Some("ebcdic")).is_err());
    }
}
