use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::scope_match::ScopeMatch;

/// A value of a setting that has not been parsed yet.
pub(super) enum UnparsedValue {
    /// The text of an environment variable.
    Text(String),
    /// A value from a `serde` source.
    Json(Value),
}

impl UnparsedValue {
    pub(super) fn parse<T: SettingValue>(self) -> Result<T, String> {
        match self {
            Self::Text(text) if text.is_empty() => {
                Err("is empty: set a value or remove the setting".to_owned())
            }
            Self::Text(text) => T::from_text(&text),
            Self::Json(value) => T::from_value(value),
        }
    }
}

/// The type of a setting, parsed from an environment variable or from a `serde` source.
///
/// The error of both functions describes the problem, for
/// [`SettingFault`](crate::settings::SettingFault).
pub(super) trait SettingValue: Sized {
    /// If `true`, `null` means that an optional setting is absent. It is `false` for lists: a list
    /// without entries is `null` in YAML, and must not be mistaken for an absent allowlist.
    const NULL_IS_ABSENT: bool = true;

    fn from_text(text: &str) -> Result<Self, String>;
    fn from_value(value: Value) -> Result<Self, String>;
}

pub(super) fn unexpected<T>(expected: &str, found: &Value) -> Result<T, String> {
    Err(format!("expected {expected}, found {found}"))
}

impl SettingValue for String {
    fn from_text(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::String(text) => Ok(text),
            other => unexpected("a string", &other),
        }
    }
}

impl<T: SettingValue> SettingValue for Option<T> {
    fn from_text(text: &str) -> Result<Self, String> {
        T::from_text(text).map(Some)
    }

    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Null if T::NULL_IS_ABSENT => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

impl SettingValue for bool {
    fn from_text(text: &str) -> Result<Self, String> {
        match text {
            "true" => Ok(true),
            "false" => Ok(false),
            other => Err(format!("expected `true` or `false`, found {other:?}")),
        }
    }

    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Bool(value) => Ok(value),
            Value::String(text) => Self::from_text(&text),
            other => unexpected("`true` or `false`", &other),
        }
    }
}

impl SettingValue for usize {
    fn from_text(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|_| format!("expected a whole number of 0 or more, found {text:?}"))
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
            _ => Err(format!(
                "expected a duration that is not negative, in seconds or with a unit (`300`, `250ms`, `5m`, `24h`), found {text:?}"
            )),
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
            other => Err(format!("expected `all` or `any`, found {other:?}")),
        }
    }

    fn from_value(value: Value) -> Result<Self, String> {
        String::from_value(value).and_then(|text| Self::from_text(&text))
    }
}

impl SettingValue for Vec<String> {
    const NULL_IS_ABSENT: bool = false;

    fn from_text(text: &str) -> Result<Self, String> {
        Ok(text
            .split(',')
            .map(|entry| entry.trim().to_owned())
            .collect())
    }

    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Array(entries) => entries.into_iter().map(String::from_value).collect(),
            Value::String(text) => Self::from_text(&text),
            other => unexpected("a list of strings", &other),
        }
    }
}

impl SettingValue for BTreeMap<String, Vec<String>> {
    fn from_text(text: &str) -> Result<Self, String> {
        let mut groups = Self::new();
        for group in text.split(';') {
            let (name, clients) = group
                .split_once('=')
                .ok_or_else(|| format!("expected `name=id1,id2;other=id3`, found {group:?}"))?;
            let name = name.trim().to_owned();
            if groups
                .insert(name.clone(), Vec::from_text(clients)?)
                .is_some()
            {
                return Err(format!("expected each group once, found {name:?} twice"));
            }
        }
        Ok(groups)
    }

    fn from_value(value: Value) -> Result<Self, String> {
        match value {
            Value::Object(groups) => groups
                .into_iter()
                .map(|(name, clients)| Ok((name, Vec::from_value(clients)?)))
                .collect(),
            Value::String(text) => Self::from_text(&text),
            other => unexpected("a map of lists", &other),
        }
    }
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
}
