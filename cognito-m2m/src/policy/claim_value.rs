use std::borrow::Cow;

use serde_json::{Number, Value};

/// A value that a claim can be compared with: a string, a boolean, or an integer.
///
/// A claim equals it only if it has the same JSON type: the string `"1"` and the numbers `1.0` and `1e0`
/// don't equal the integer 1. Strings are compared by code point, without case folding or Unicode
/// normalization. An array never equals one of its elements.
///
/// Integers are those of `i64` and `u64`, and are compared exactly over the whole range. `-0` is not an
/// integer in JSON parsers, so a claim `-0` equals no integer.
///
/// # Examples
///
/// ```
/// use cognito_m2m::policy::ClaimValue;
///
/// assert_eq!(ClaimValue::from("prod"), ClaimValue::string("prod"));
/// assert_eq!(ClaimValue::from(3), ClaimValue::integer(3));
/// assert_eq!(ClaimValue::from(u64::MAX), ClaimValue::unsigned_integer(u64::MAX));
/// assert_ne!(ClaimValue::from("true"), ClaimValue::boolean(true));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimValue(Literal);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Literal {
    String(Cow<'static, str>),
    Boolean(bool),
    /// An integer in the range of `i64` or `u64`.
    Integer(i128),
}

impl ClaimValue {
    /// Creates a string, for example in a constant.
    #[must_use]
    pub const fn string(text: &'static str) -> Self {
        Self(Literal::String(Cow::Borrowed(text)))
    }

    /// Creates a boolean, for example in a constant.
    #[must_use]
    pub const fn boolean(value: bool) -> Self {
        Self(Literal::Boolean(value))
    }

    /// Creates an integer, for example in a constant.
    #[must_use]
    pub const fn integer(value: i64) -> Self {
        Self(Literal::Integer(value as i128))
    }

    /// Creates an integer that may be greater than [`i64::MAX`], for example in a constant.
    #[must_use]
    pub const fn unsigned_integer(value: u64) -> Self {
        Self(Literal::Integer(value as i128))
    }

    /// Returns the value as JSON.
    pub(crate) fn to_json(&self) -> Value {
        match &self.0 {
            Literal::String(text) => Value::from(text.as_ref()),
            Literal::Boolean(value) => Value::from(*value),
            // Every integer is in the range of `i64` or `u64`, which a number of JSON always has.
            Literal::Integer(value) => Number::from_i128(*value).map_or(Value::Null, Value::Number),
        }
    }

    pub(crate) fn equals(&self, claim: &Value) -> bool {
        match (&self.0, claim) {
            (Literal::String(text), Value::String(claim)) => text == claim,
            (Literal::Boolean(value), Value::Bool(claim)) => value == claim,
            // If another crate enables `arbitrary_precision` of `serde_json`, `-0` becomes an `i64`, but
            // never a `u64`.
            (Literal::Integer(value), Value::Number(claim)) => match u64::try_from(*value) {
                Ok(value) => claim.as_u64() == Some(value),
                Err(_) => claim.as_i64().map(i128::from) == Some(*value),
            },
            _ => false,
        }
    }
}

impl From<&'static str> for ClaimValue {
    fn from(text: &'static str) -> Self {
        Self::string(text)
    }
}

impl From<String> for ClaimValue {
    fn from(text: String) -> Self {
        Self(Literal::String(text.into()))
    }
}

impl From<Cow<'static, str>> for ClaimValue {
    fn from(text: Cow<'static, str>) -> Self {
        Self(Literal::String(text))
    }
}

impl From<bool> for ClaimValue {
    fn from(value: bool) -> Self {
        Self::boolean(value)
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => {
        $(
            impl From<$integer> for ClaimValue {
                fn from(value: $integer) -> Self {
                    Self(Literal::Integer(value.into()))
                }
            }
        )*
    };
}

from_integers!(i8, i16, i32, i64, u8, u16, u32, u64);

#[cfg(test)]
mod tests {
    use super::*;

    fn equals(value: impl Into<ClaimValue>, claim: &str) -> bool {
        let claim = serde_json::from_str(claim).expect("JSON");
        value.into().equals(&claim)
    }

    #[test]
    fn values_of_the_same_type_are_compared_exactly() {
        assert!(equals("prod", r#""prod""#));
        assert!(equals("", r#""""#));
        assert!(equals("é", r#""\u00e9""#));
        assert!(equals(true, "true"));
        assert!(equals(false, "false"));
        assert!(equals(0, "0"));
        assert!(equals(-1, "-1"));
        for claim in [
            r#""Prod""#,
            r#""prod ""#,
            r#"" prod""#,
            r#""prod.""#,
            r#""pro""#,
            r#""prod\u0000""#,
            // A full-width letter, which compatibility normalization would replace.
            r#""\uff50rod""#,
        ] {
            assert!(!equals("prod", claim), "{claim}");
        }
        // The same letter, composed and decomposed.
        assert!(!equals("\u{e9}", r#""e\u0301""#));
        assert!(!equals(true, "false"));
        assert!(!equals(1, "2"));
    }

    #[test]
    fn values_of_another_type_never_match() {
        for claim in ["1", "true", "null", r#"["1"]"#, r#"{"1": "1"}"#, "[]", "{}"] {
            assert!(!equals("1", claim), "{claim}");
        }
        for claim in [r#""true""#, "1", "null", "[true]", "{}"] {
            assert!(!equals(true, claim), "{claim}");
        }
        for claim in [r#""""#, "0", "null", "[]", "{}"] {
            assert!(!equals(false, claim), "{claim}");
        }
        for claim in [
            r#""1""#, "true", "null", "[1]", "1.0", "1e0", "10e-1", "1.5",
        ] {
            assert!(!equals(1, claim), "{claim}");
        }
        for claim in ["-0", "0.0", "0e0", "-0.0", "null", "false", r#""""#] {
            assert!(!equals(0, claim), "{claim}");
        }
    }

    #[test]
    fn integers_are_exact_over_the_whole_range() {
        let beyond_f64 = (1_i64 << 53) + 1;
        assert!(equals(beyond_f64, "9007199254740993"));
        assert!(!equals(beyond_f64, "9007199254740992"));
        assert!(equals(i64::MIN, "-9223372036854775808"));
        assert!(!equals(i64::MIN, "-9223372036854775809"));
        assert!(equals(i64::MAX, "9223372036854775807"));
        assert!(!equals(i64::MAX, "9223372036854775808"));
        assert!(equals(u64::MAX, "18446744073709551615"));
        for claim in [
            "18446744073709551616",
            "18446744073709551614",
            "-1",
            "1.8446744073709551615e19",
            "1e300",
        ] {
            assert!(!equals(u64::MAX, claim), "{claim}");
        }
        assert!(!equals(-1, "18446744073709551615"));
    }
}
