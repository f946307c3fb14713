//! The members of JSON objects that come over the network.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Selected members of a JSON object. Their values are kept as text.
///
/// The values of other members are skipped, so their depth and size are harmless. Their names are
/// still checked, since no name may occur twice.
#[derive(Debug)]
pub(crate) struct Members<'j, const N: usize> {
    names: &'static [&'static str; N],
    values: [Option<&'j RawValue>; N],
}

/// The reason why JSON text is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum JsonFault {
    /// The text is not a JSON object, or has trailing text, or contains a lone surrogate.
    Malformed,
    /// A name occurs more than once. RFC 7515 section 4 and RFC 7519 section 4 permit a parser to
    /// reject this.
    DuplicateMember,
}

impl<'j, const N: usize> Members<'j, N> {
    /// Parses an object and keeps the members with these names.
    pub(crate) fn parse(
        text: &'j str,
        names: &'static [&'static str; N],
    ) -> Result<Self, JsonFault> {
        if has_lone_surrogate(text) {
            return Err(JsonFault::Malformed);
        }
        let mut collector = Collector {
            members: Self {
                names,
                values: [None; N],
            },
            other_names: Vec::new(),
            has_duplicates: false,
        };
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let read = MembersVisitor(&mut collector).deserialize(&mut deserializer);
        read.and_then(|()| deserializer.end())
            .map_err(|_| JsonFault::Malformed)?;
        collector.finish()
    }

    pub(crate) fn find(&self, name: &str) -> Option<Member<'j>> {
        let position = self.names.iter().position(|known| *known == name)?;
        let value = self.values.get(position).copied().flatten()?;
        Some(Member(value.get()))
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.find(name).is_some()
    }
}

/// Collects the members of an object while it is parsed.
struct Collector<'j, const N: usize> {
    members: Members<'j, N>,
    other_names: Vec<Cow<'j, str>>,
    has_duplicates: bool,
}

impl<'j, const N: usize> Collector<'j, N> {
    fn add(&mut self, name: Cow<'j, str>, value: &'j RawValue) {
        let position = self.members.names.iter().position(|known| *known == name);
        match position.and_then(|position| self.members.values.get_mut(position)) {
            Some(slot) => self.has_duplicates |= slot.replace(value).is_some(),
            None => self.other_names.push(name),
        }
    }

    /// Returns the members if no name occurs twice. The names are sorted before they are compared,
    /// so an attacker cannot slow down the comparison by sending many of them.
    fn finish(mut self) -> Result<Members<'j, N>, JsonFault> {
        self.other_names.sort_unstable();
        let mut pairs = self.other_names.windows(2);
        self.has_duplicates |= pairs.any(|pair| matches!(pair, [left, right] if left == right));
        if self.has_duplicates {
            return Err(JsonFault::DuplicateMember);
        }
        Ok(self.members)
    }
}

/// Returns those members of an object that `serde_json` can represent. The text must have been
/// parsed successfully before.
pub(crate) fn all_members(text: &str) -> serde_json::Map<String, serde_json::Value> {
    let members: HashMap<String, &RawValue> = serde_json::from_str(text).unwrap_or_default();
    let representable = members.into_iter().filter_map(|(name, value)| {
        let value = serde_json::from_str(value.get()).ok()?;
        Some((name, value))
    });
    representable.collect()
}

/// The JSON text of one value. The methods return `None` if it has another type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member<'j>(&'j str);

impl<'j> Member<'j> {
    pub(crate) fn string(self) -> Option<Cow<'j, str>> {
        let inner = self.0.strip_prefix('"')?.strip_suffix('"')?;
        if inner.contains('\\') {
            serde_json::from_str(self.0).ok().map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(inner))
        }
    }

    pub(crate) fn strings(self) -> Option<Vec<Box<str>>> {
        serde_json::from_str(self.0).ok()
    }

    /// Returns a number as an `f64`: exact for whole seconds up to 2^53, infinite if it overflows.
    pub(crate) fn number(self) -> Option<f64> {
        let is_start_of_number = |byte: &u8| byte.is_ascii_digit() || *byte == b'-';
        self.0
            .as_bytes()
            .first()
            .filter(|byte| is_start_of_number(byte))?;
        self.0.parse().ok()
    }
}

struct MembersVisitor<'r, 'j, const N: usize>(&'r mut Collector<'j, N>);

impl<'de, const N: usize> DeserializeSeed<'de> for MembersVisitor<'_, 'de, N> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for MembersVisitor<'_, 'de, N> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = map.next_key()? {
            self.0.add(name, map.next_value()?);
        }
        Ok(())
    }
}

struct Name<'j>(Cow<'j, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

/// Returns `true` if the text contains an escape from `\uD800` to `\uDFFF` outside of a surrogate
/// pair.
///
/// `serde_json` checks escapes only in strings that it decodes, and skipped members are not
/// decoded. In JSON, a backslash only occurs in strings, so the scan needs no other context.
fn has_lone_surrogate(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, escape)) = rest.split_once('\\') {
        rest = match code_unit(escape) {
            Some(0xD800..=0xDBFF) => {
                let low = escape.get(5..).and_then(|next| next.strip_prefix('\\'));
                match low.and_then(|next| Some((next, code_unit(next)?))) {
                    Some((next, 0xDC00..=0xDFFF)) => next.get(5..).unwrap_or_default(),
                    _ => return true,
                }
            }
            Some(0xDC00..=0xDFFF) => return true,
            // The character after the backslash is part of the escape: the second backslash of `\\`
            // does not start another escape.
            _ => after_first_character(escape),
        };
    }
    false
}

fn code_unit(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix('u')?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

fn after_first_character(text: &str) -> &str {
    let mut characters = text.chars();
    characters.next();
    characters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Members<'_, 8>, JsonFault> {
        Members::parse(text, &["a", "b", "k", "l", "n", "s", "t", "x"])
    }

    #[test]
    fn members_with_escaped_names_are_found() {
        let members = parse(r#"{"b":"x","\u0061":-1.5e2}"#).expect("a JSON object");
        assert_eq!(members.find("a").and_then(Member::number), Some(-150.0));
        assert_eq!(
            members.find("b").and_then(Member::string).as_deref(),
            Some("x")
        );
        assert!(members.find("c").is_none());
    }

    #[test]
    fn duplicate_names_are_refused() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"skipped":1,"x":2,"skipped":3}"#,
            r#"{"skipped":1,"\u0073kipped":3}"#,
        ] {
            assert_eq!(parse(text).err(), Some(JsonFault::DuplicateMember));
        }
        assert!(parse(r#"{"a":{"x":1,"x":2}}"#).is_ok());
    }

    #[test]
    fn only_a_single_json_object_is_accepted() {
        let texts = [
            "",
            "[]",
            "1",
            "{",
            "{}x",
            "{}{}",
            "\u{feff}{}",
            "{'a':1}",
            "{a:1}",
            "{\"a\":NaN}",
            "{\"a\":1,}",
            "{\"a\":01}",
            "{\"a\":Infinity}",
            "// x\n{}",
            "{\"a\":\"\n\"}",
        ];
        for text in texts {
            assert_eq!(parse(text).err(), Some(JsonFault::Malformed), "{text:?}");
        }
    }

    #[test]
    fn lone_surrogates_are_refused_in_skipped_members_too() {
        for text in [
            r#"{"a":"\ud800"}"#,
            r#"{"a":"\uDC00"}"#,
            r#"{"a":["\ud800\ud800"]}"#,
            r#"{"\ud83d":1}"#,
            r#"{"a":"\ud800x"}"#,
            r#"{"a":"\ude00\ud83d"}"#,
        ] {
            assert_eq!(parse(text).err(), Some(JsonFault::Malformed), "{text:?}");
        }
        for text in [
            r#"{"a":"\ud83d\ude00"}"#,
            r#"{"a":"\\ud800"}"#,
            r#"{"a":"\\\\udc00"}"#,
        ] {
            assert!(parse(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn deep_and_large_values_are_accepted() {
        let deep = format!("{{\"x\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
        assert!(parse(&deep).is_ok());
        let long = format!("{{\"x\":{}}}", "9".repeat(20_000));
        let members = parse(&long).expect("a JSON object");
        assert_eq!(
            members.find("x").and_then(Member::number),
            Some(f64::INFINITY)
        );
        assert!(parse("{\"x\":1e400,\"y\":-0.0e-99999}").is_ok());
    }

    #[test]
    fn values_of_another_type_are_not_returned() {
        let members =
            parse(r#"{"n":"1","s":1,"l":["a",1],"k":["a"],"t":true}"#).expect("a JSON object");
        assert_eq!(members.find("n").and_then(Member::number), None);
        assert_eq!(members.find("t").and_then(Member::number), None);
        assert!(members.find("s").and_then(Member::string).is_none());
        assert!(members.find("l").and_then(Member::strings).is_none());
        assert_eq!(
            members.find("k").and_then(Member::strings),
            Some(vec!["a".into()])
        );
    }
}
