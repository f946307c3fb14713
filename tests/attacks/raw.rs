//! Headers and payloads that are written as raw text, since a JSON value can't express them, such as
//! objects with duplicate members.

use serde_json::{Map, Value};

use super::keys::GOOD_KID;
use super::placeholders::Values;

/// Returns the bytes of a payload: `raw` if it is set, otherwise `claims`, in the given encoding.
///
/// # Errors
///
/// Returns an error if a placeholder, change or encoding is unknown.
pub(crate) fn payload(
    values: &Values<'_>,
    claims: &Map<String, Value>,
    raw: Option<&str>,
    encoding: Option<&str>,
) -> Result<Vec<u8>, String> {
    let text = match raw {
        None => object(members(claims)),
        Some(raw) => match raw.strip_prefix("@claims-") {
            None => expand(values, raw)?,
            Some(change) => changed(values, claims, change)?,
        },
    };
    encoded(&text, encoding)
}

/// Replaces every `<<..>>` in `text`.
///
/// # Errors
///
/// Returns an error if a placeholder is unknown.
pub(crate) fn expand(values: &Values<'_>, text: &str) -> Result<String, String> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, placeholder, after)) = split_placeholder(rest) {
        expanded.push_str(before);
        let value = placeholder_value(values, placeholder);
        expanded.push_str(&value.ok_or_else(|| format!("unknown \"<<{placeholder}>>\""))?);
        rest = after;
    }
    Ok(expanded + rest)
}

fn split_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("<<")?;
    let (placeholder, after) = rest.split_once(">>")?;
    Some((before, placeholder, after))
}

fn placeholder_value(values: &Values<'_>, placeholder: &str) -> Option<String> {
    let count = |number: &str| number.parse::<usize>().ok();
    match placeholder.split_once(':') {
        Some(("nest", depth)) => {
            let depth = count(depth)?;
            Some("[".repeat(depth) + &"]".repeat(depth))
        }
        Some(("digits", length)) => Some("9".repeat(count(length)?)),
        Some(_) => None,
        None => match placeholder {
            "iss" => Some(values.issuer.to_owned()),
            "client" => Some(values.client_id.to_owned()),
            "kid" => Some(GOOD_KID.to_owned()),
            "jti" => Some(values.jti.clone()),
            time => values.parse_time(time).map(|seconds| seconds.to_string()),
        },
    }
}

/// Applies a change to the claims: `with:X`, `before:X` or `set:name:value`, the text after `@claims-`.
fn changed(
    values: &Values<'_>,
    claims: &Map<String, Value>,
    change: &str,
) -> Result<String, String> {
    let unknown = || format!("unknown change {change:?} of the payload");
    let (verb, text) = change.split_once(':').ok_or_else(unknown)?;
    let text = expand(values, text)?;
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

/// Encodes `text` with one byte per character (ISO 8859-1).
///
/// # Errors
///
/// Returns an error if ISO 8859-1 does not have a character.
pub(crate) fn latin1(text: &str) -> Result<Vec<u8>, String> {
    text.chars()
        .map(|character| {
            u8::try_from(character).map_err(|_| format!("{character:?} is not in latin-1"))
        })
        .collect()
}

mod tests {
    use serde_json::json;

    use super::*;
    use crate::attacks::keys::KeyRing;

    #[test]
    fn every_change_is_applied_to_the_payload() {
        let keys = KeyRing::generate();
        let values = Values::example(&keys);
        let claims = json!({"a": 1, "b": "x"});
        let claims = claims.as_object().expect("a JSON object");
        let payload = |raw| {
            let payload = payload(&values, claims, Some(raw), None);
            payload.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        };
        let expected = |text: &str| Ok(text.to_owned());
        assert_eq!(
            payload("@claims-with:\"b\":2"),
            expected(r#"{"a":1,"b":"x","b":2}"#)
        );
        assert_eq!(
            payload("@claims-before:\"b\":2"),
            expected(r#"{"b":2,"a":1,"b":"x"}"#)
        );
        assert_eq!(
            payload("@claims-set:a:1e400"),
            expected(r#"{"b":"x","a":1e400}"#)
        );
        assert_eq!(payload("[<<nest:2>>,<<digits:3>>]"), expected("[[[]],999]"));
        assert_eq!(
            payload("<<now+5>>,<<client>>,<<jti>>"),
            expected("1005,client,jti")
        );
        assert!(payload("@claims-drop:a").is_err());
        assert!(payload("<<unknown>>").is_err());
    }

    #[test]
    fn text_is_encoded_as_requested() {
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
