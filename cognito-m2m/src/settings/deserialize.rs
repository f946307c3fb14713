use serde::de::{Deserialize, Deserializer};

use super::table::Settings;
use super::value::UnparsedValue;
use crate::setting_source;

/// Deserializes the settings. A setting that is `null` is left out.
///
/// Fails only if the source is malformed, or not a map from strings to values that JSON can
/// represent. Invalid values are reported when the settings are checked, together with all other
/// faults. No error quotes a value.
impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut settings = Settings::default();
        for (name, value) in setting_source::read(deserializer)? {
            settings.set(&name, UnparsedValue::Json(value));
        }
        Ok(settings)
    }
}
