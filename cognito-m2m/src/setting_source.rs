//! Reads settings from any `serde` source, with errors that quote no value.
//!
//! The errors that `serde` creates itself quote the value, which may be a secret in the wrong place.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

const NOT_A_MAP: &str = "expected a map of settings";
const NOT_A_NAME: &str = "expected a string as the name of a setting";
const NOT_A_VALUE: &str = "a value is malformed, or JSON can't represent it";

/// Reads the names and values of a map. The map may be absent (`null`).
///
/// # Errors
///
/// Fails if the source is malformed, or is not a map from strings to values that JSON can represent.
pub(crate) fn read<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<(String, Value)>, D::Error> {
    // Not `deserialize_map`: with it, `serde_json` creates the error for other types, not the visitor.
    deserializer.deserialize_any(SettingsVisitor)
}

/// The methods of a visitor for values whose default implementations quote the value.
macro_rules! refuse_scalars {
    ($problem:expr, $($method:ident: $type:ty),+) => {
        $(fn $method<E: Error>(self, _: $type) -> Result<Self::Value, E> {
            Err(E::custom($problem))
        })+
    };
}

struct SettingsVisitor;

impl<'de> Visitor<'de> for SettingsVisitor {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of settings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut settings = Vec::new();
        while let Some(Name(name)) = map.next_key()? {
            let UnquotedValue(value) = map.next_value()?;
            settings.push((name, value));
        }
        Ok(settings)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        read(deserializer)
    }

    refuse_scalars!(
        NOT_A_MAP,
        visit_bool: bool,
        visit_i64: i64,
        visit_i128: i128,
        visit_u64: u64,
        visit_u128: u128,
        visit_f64: f64,
        visit_str: &str
    );
}

struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameVisitor)
    }
}

struct NameVisitor;

impl Visitor<'_> for NameVisitor {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a setting")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
        Ok(Name(name.to_owned()))
    }

    refuse_scalars!(
        NOT_A_NAME,
        visit_bool: bool,
        visit_i64: i64,
        visit_i128: i128,
        visit_u64: u64,
        visit_u128: u128,
        visit_f64: f64
    );
}

struct UnquotedValue(Value);

impl<'de> Deserialize<'de> for UnquotedValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer);
        value.map(Self).map_err(|_| D::Error::custom(NOT_A_VALUE))
    }
}

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error as ValueError, I64Deserializer, MapDeserializer};

    use super::*;

    fn error_of(json: &str) -> String {
        let read = read(&mut serde_json::Deserializer::from_str(json));
        read.expect_err(json).to_string()
    }

    #[test]
    fn null_and_maps_are_read() {
        let read = |json| read(&mut serde_json::Deserializer::from_str(json)).expect(json);
        assert_eq!(read("null"), []);
        assert_eq!(read("{}"), []);
        assert_eq!(
            read(r#"{"b": null, "a": [1.5]}"#),
            [
                ("b".to_owned(), Value::Null),
                ("a".to_owned(), serde_json::json!([1.5]))
            ]
        );
    }

    #[test]
    fn errors_quote_no_value() {
        for json in ["\"4711\"", "4711", "-4711", "47.11", "true", "[\"4711\"]"] {
            let error = error_of(json);
            assert!(error.contains("a map of settings"), "{error}");
            assert!(!error.contains("47"), "{error}");
        }
        let error = error_of(r#"{"a": 4711x}"#);
        assert!(!error.contains("4711"), "{error}");
        let name = 4711_i64.into_deserializer();
        let map = [(name, true)].into_iter();
        let map = MapDeserializer::<_, ValueError>::new(map);
        let error = read(map).expect_err("the name is a number").to_string();
        assert_eq!(error, NOT_A_NAME);
        let number: I64Deserializer<ValueError> = 4711_i64.into_deserializer();
        assert_eq!(read(number).expect_err("a number").to_string(), NOT_A_MAP);
    }
}
