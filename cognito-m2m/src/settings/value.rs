use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::issuer_type::IssuerType;
use crate::scope_match::ScopeMatch;
use crate::setting_text;
use crate::unguarded_routes::UnguardedRoutes;

/// A value of a setting that has not been parsed yet.
pub(super) enum UnparsedValue {
    /// The text of an environment variable.
    Text(String),
    /// A value from a `serde` source.
    Json(Value),
}

impl UnparsedValue {
    /// Parses the value. `null` stands for a setting that is left out.
    pub(super) fn parse<T: SettingValue>(self) -> Result<Option<T>, String> {
        match self {
            Self::Text(text) => {
                setting_text::check(&text)?;
                T::from_text(&text).map(Some)
            }
            Self::Json(Value::Null) => Ok(None),
            Self::Json(value) => {
                value.as_str().map_or(Ok(()), setting_text::check)?;
                T::from_value(value).map(Some)
            }
        }
    }
}

/// The type of a setting, parsed from an environment variable or from a `serde` source.
///
/// The error of both functions describes the problem, for
/// [`SettingFault`](crate::settings::SettingFault). It does not quote the value, which may be a
/// secret in the wrong place.
pub(super) trait SettingValue: Sized {
    fn from_text(text: &str) -> Result<Self, String>;
    fn from_value(value: Value) -> Result<Self, String>;
}

pub(super) fn expected<T>(form: &str) -> Result<T, String> {
    Err(format!("expected {form}"))
}

impl SettingValue for String {
    fn from_text(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::String(text) => Ok(text),
            _ => expected("a string"),
        }
    }
}

impl<T: SettingValue> SettingValue for Option<T> {
    fn from_text(text: &str) -> Result<Self, String> {
        T::from_text(text).map(Some)
    }

    fn from_value(value: Value) -> Result<Self, String> {
        T::from_value(value).map(Some)
    }
}

impl SettingValue for bool {
    fn from_text(text: &str) -> Result<Self, String> {
        match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => expected("`true` or `false`"),
        }
    }

    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Bool(value) => Ok(value),
            Value::String(text) => Self::from_text(&text),
            _ => expected("`true` or `false`"),
        }
    }
}

impl SettingValue for usize {
    fn from_text(text: &str) -> Result<Self, String> {
        text.parse()
            .or_else(|_| expected("a whole number of 0 or more"))
    }

    fn from_value(value: Value) -> Result<Self, String> {
        Self::from_text(value.as_str().unwrap_or(&value.to_string()))
    }
}

impl SettingValue for Duration {
    fn from_text(text: &str) -> Result<Self, String> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at_checked(digits).unwrap_or_default();
        let millis_per_unit: u64 = match unit.trim_start() {
            "ms" => 1,
            "" | "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => 0,
        };
        let millis = number
            .parse::<u64>()
            .ok()
            .and_then(|number| number.checked_mul(millis_per_unit));
        match millis {
            Some(millis) if millis_per_unit > 0 => Ok(Self::from_millis(millis)),
            _ => expected(
                "a duration that is not negative, in seconds or with a unit (`300`, `250ms`, `5m`, `24h`)",
            ),
        }
    }

    fn from_value(value: Value) -> Result<Self, String> {
        Self::from_text(value.as_str().unwrap_or(&value.to_string()))
    }
}

impl SettingValue for ScopeMatch {
    fn from_text(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            "any" => Ok(Self::Any),
            _ => expected("`all` or `any`"),
        }
    }

    fn from_value(value: Value) -> Result<Self, String> {
        String::from_value(value).and_then(|text| Self::from_text(&text))
    }
}

impl SettingValue for UnguardedRoutes {
    fn from_text(text: &str) -> Result<Self, String> {
        match text {
            "warn" => Ok(Self::Warn),
            "deny" => Ok(Self::Deny),
            "allow" => Ok(Self::Allow),
            _ => expected("`warn`, `deny` or `allow`"),
        }
    }

    fn from_value(value: Value) -> Result<Self, String> {
        String::from_value(value).and_then(|text| Self::from_text(&text))
    }
}

impl SettingValue for IssuerType {
    fn from_text(text: &str) -> Result<Self, String> {
        match text {
            "original" => Ok(Self::Original),
            "updated" => Ok(Self::Updated),
            _ => expected("`original` or `updated`"),
        }
    }

    fn from_value(value: Value) -> Result<Self, String> {
        String::from_value(value).and_then(|text| Self::from_text(&text))
    }
}

impl SettingValue for Vec<IssuerType> {
    fn from_text(text: &str) -> Result<Self, String> {
        let types = text.split(',').map(trim_blanks);
        types.map(IssuerType::from_text).collect()
    }

    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Array(types) => types.into_iter().map(IssuerType::from_value).collect(),
            Value::String(text) => Self::from_text(&text),
            _ => expected("a list of `original` and `updated`"),
        }
    }
}

impl SettingValue for Vec<String> {
    /// Blanks next to a comma are not part of an entry. Other whitespace remains in it, and is a
    /// fault.
    fn from_text(text: &str) -> Result<Self, String> {
        let entries = text.split(',').map(trim_blanks);
        Ok(entries.map(str::to_owned).collect())
    }

    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Array(entries) => entries.into_iter().map(String::from_value).collect(),
            Value::String(text) => Self::from_text(&text),
            _ => expected("a list of strings"),
        }
    }
}

impl SettingValue for BTreeMap<String, Vec<String>> {
    fn from_text(text: &str) -> Result<Self, String> {
        let mut groups = Self::new();
        for group in text.split(';') {
            let Some((name, clients)) = group.split_once('=') else {
                return expected("`name=id1,id2;other=id3`");
            };
            let name = trim_blanks(name).to_owned();
            if groups.insert(name, Vec::from_text(clients)?).is_some() {
                return expected("each group once");
            }
        }
        Ok(groups)
    }

    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Object(groups) => groups
                .into_iter()
                .filter(|(_, clients)| !clients.is_null())
                .map(|(name, clients)| Ok((name, Vec::from_value(clients)?)))
                .collect(),
            Value::String(text) => Self::from_text(&text),
            _ => expected("a map of lists"),
        }
    }
}

fn trim_blanks(text: &str) -> &str {
    text.trim_matches(' ')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn durations_are_in_seconds_or_have_a_unit() {
        for (text, millis) in [
            ("300", 300_000),
            ("250ms", 250),
            ("5m", 300_000),
            ("24h", 86_400_000),
            ("0", 0),
            ("1d", 86_400_000),
            ("7 s", 7_000),
        ] {
            assert_eq!(
                Duration::from_text(text),
                Ok(Duration::from_millis(millis)),
                "{text}"
            );
        }
        for text in [
            "-5",
            "",
            "m",
            "5 minutes",
            "1.5",
            "1e3",
            "99999999999999999999",
            "18446744073709551615d",
        ] {
            assert!(Duration::from_text(text).is_err(), "{text}");
        }
        assert_eq!(Duration::from_value(json!(60)), Ok(Duration::from_secs(60)));
        assert!(Duration::from_value(json!(-60)).is_err());
        assert!(Duration::from_value(json!(1.5)).is_err());
    }

    #[test]
    fn groups_are_parsed_as_lists_by_name() {
        let groups = BTreeMap::<String, Vec<String>>::from_text("reporting=id1, id2;sync=id3")
            .expect("valid groups");
        assert_eq!(groups["reporting"], ["id1", "id2"]);
        assert_eq!(groups["sync"], ["id3"]);
        assert!(BTreeMap::<String, Vec<String>>::from_text("a=b;a=c").is_err());
        assert!(BTreeMap::<String, Vec<String>>::from_text("a").is_err());
    }

    #[test]
    fn only_true_and_false_are_booleans() {
        assert_eq!(bool::from_text("true"), Ok(true));
        for text in ["1", "yes", "True", ""] {
            assert!(bool::from_text(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_of_choices_are_exact() {
        use UnguardedRoutes::{Allow, Deny, Warn};
        for (text, choice) in [("warn", Warn), ("deny", Deny), ("allow", Allow)] {
            assert_eq!(UnguardedRoutes::from_text(text), Ok(choice));
            assert_eq!(UnguardedRoutes::from_value(json!(text)), Ok(choice));
        }
        let expected = "expected `warn`, `deny` or `allow`".to_owned();
        for text in ["Deny", "off", "true", "forbid", ""] {
            assert_eq!(UnguardedRoutes::from_text(text), Err(expected.clone()));
        }
        assert!(UnguardedRoutes::from_value(json!(true)).is_err());
    }

    #[test]
    fn blanks_next_to_separators_are_not_part_of_entries() {
        let list = |text| Vec::<String>::from_text(text);
        assert_eq!(list("a , b"), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(list("a\n,b"), Ok(vec!["a\n".to_owned(), "b".to_owned()]));
    }
}
