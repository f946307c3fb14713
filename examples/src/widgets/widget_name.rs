//! The name of a widget.

use serde::Deserialize;

/// The maximum length, in characters.
const MAX_LENGTH: usize = 200;

/// A name of 1 to 200 characters, stored unchanged.
///
/// NUL is invalid, since PostgreSQL can't store it and all databases must accept the same names.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct WidgetName(String);

/// The error returned for an invalid name.
#[derive(Debug, thiserror::Error)]
#[error("expected a name of 1 to {MAX_LENGTH} characters, without NUL")]
pub(crate) struct InvalidName;

impl WidgetName {
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

impl TryFrom<String> for WidgetName {
    type Error = InvalidName;

    fn try_from(name: String) -> Result<Self, InvalidName> {
        if (1..=MAX_LENGTH).contains(&name.chars().count()) && !name.contains('\0') {
            Ok(Self(name))
        } else {
            Err(InvalidName)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters() {
        assert!(WidgetName::try_from("ü".repeat(200)).is_ok());
        assert!(WidgetName::try_from("ü".repeat(201)).is_err());
        assert!(WidgetName::try_from(String::new()).is_err());
    }

    #[test]
    fn name_with_nul_is_invalid() {
        assert!(WidgetName::try_from("gear\0".to_owned()).is_err());
    }
}
