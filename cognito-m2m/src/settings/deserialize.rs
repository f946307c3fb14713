use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::table::Settings;
use super::value::UnparsedValue;

/// Deserializes the settings. Fails only if the source is malformed, or not a map from strings to
/// values that JSON can represent. Invalid values are reported when the settings are checked,
/// together with all other faults.
impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SettingsVisitor)
    }
}

struct SettingsVisitor;

impl<'de> Visitor<'de> for SettingsVisitor {
    type Value = Settings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of cognito-m2m settings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Settings, A::Error> {
        let mut settings = Settings::default();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            settings.set(&name, UnparsedValue::Json(value));
        }
        Ok(settings)
    }
}
