use std::hash::Hash;
use std::marker::PhantomData;

use diesel::sql_types::{BigInt, Integer, Nullable, SmallInt, Text, Unsigned};
use serde_json::Value;

/// A SQL type of columns that can identify a user.
#[diagnostic::on_unimplemented(
    message = "a column of the SQL type `{Self}` cannot identify a user",
    note = "use a text, integer or UUID column, nullable or not (UUID requires the feature `diesel-uuid`)"
)]
pub trait KeyColumn {
    /// The Rust type of its values.
    type Key: Key;

    /// `true` for the SQL type of columns whose values PostgreSQL may pad with blanks.
    const MAY_BE_PADDED: bool = false;
}

/// The result of the check that a column of the SQL type `S` can identify a user.
pub struct KeyOfType<S>(PhantomData<fn() -> S>);

/// A value that identifies a user.
///
/// Parsing is strict: a value that is not in the canonical form of the column's type matches no
/// user.
pub trait Key: Eq + Hash + Clone + Send + Sync + 'static {
    /// Parses text, such as a client ID.
    fn from_text(text: &str) -> Option<Self>;

    /// Parses a claim.
    fn from_claim(claim: &Value) -> Option<Self> {
        claim.as_str().and_then(Self::from_text)
    }
}

impl Key for String {
    /// Rejects NUL, which PostgreSQL cannot store and other databases compare unreliably.
    fn from_text(text: &str) -> Option<Self> {
        (!text.is_empty() && !text.contains('\0')).then(|| text.to_owned())
    }
}

macro_rules! integer_keys {
    ($($key:ty: $sql_type:ty,)+) => {
        $(
            impl Key for $key {
                /// Accepts only the form that `Display` prints: no `+`, blanks or leading zeros.
                fn from_text(text: &str) -> Option<Self> {
                    let number = text.parse::<Self>().ok()?;
                    (number.to_string() == text).then_some(number)
                }

                fn from_claim(claim: &Value) -> Option<Self> {
                    match claim {
                        Value::String(text) => Self::from_text(text),
                        // `42.0` and `4.2e1` are never printed as `42`, so they are rejected.
                        Value::Number(number) => Self::from_text(&number.to_string()),
                        _ => None,
                    }
                }
            }

            impl KeyColumn for $sql_type {
                type Key = $key;
            }
        )+
    };
}

integer_keys! {
    i16: SmallInt,
    i32: Integer,
    i64: BigInt,
    u16: Unsigned<SmallInt>,
    u32: Unsigned<Integer>,
    u64: Unsigned<BigInt>,
}

impl KeyColumn for Text {
    type Key = String;

    const MAY_BE_PADDED: bool = true;
}

impl KeyColumn for diesel::pg::sql_types::Citext {
    type Key = String;
}

impl<T> KeyColumn for Nullable<T>
where
    T: KeyColumn + diesel::sql_types::SqlType<IsNull = diesel::sql_types::is_nullable::NotNull>,
{
    type Key = T::Key;

    const MAY_BE_PADDED: bool = T::MAY_BE_PADDED;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_keys_are_non_empty_json_strings() {
        assert_eq!(String::from_claim(&json!(" a ")), Some(" a ".to_owned()));
        for claim in [
            json!(null),
            json!(""),
            json!("a\0"),
            json!(1),
            json!(["a"]),
            json!({}),
        ] {
            assert_eq!(String::from_claim(&claim), None, "{claim}");
        }
    }

    #[test]
    fn integer_keys_are_json_integers_and_canonical_decimal_strings() {
        for claim in [json!(42), json!("42")] {
            assert_eq!(i32::from_claim(&claim), Some(42), "{claim}");
        }
        assert_eq!(i32::from_claim(&json!(-42)), Some(-42));
        assert_eq!(
            i64::from_claim(&json!("-9223372036854775808")),
            Some(i64::MIN)
        );
        assert_eq!(u64::from_claim(&json!(u64::MAX)), Some(u64::MAX));
        let others = [
            json!(42.0),
            json!(4.2e1),
            json!(true),
            json!(null),
            json!([42]),
            json!(""),
            json!(" 42 "),
            json!("4.2e1"),
            json!("+42"),
            json!("042"),
            json!("42abc"),
            json!("-0"),
            json!("0x2a"),
            json!("42\n"),
            json!("４２"),
            json!("2147483648"),
            json!(2_147_483_648_u64),
        ];
        for claim in others {
            assert_eq!(i32::from_claim(&claim), None, "{claim}");
        }
    }
}
