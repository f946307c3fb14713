use serde_json::Value;

use super::client_metadata::MetadataEntries;
use super::scopes::RequestedScopes;

/// The expected form of scopes, in faults of settings that contain scopes.
pub(super) const EXPECTED_SCOPES: &str = "expected scopes of one or more visible ASCII characters other than `\"` and `\\` (RFC 6749 section 3.3)";

/// Parses a map of strings. Entries that are `null` are left out.
pub(super) fn metadata(value: Value) -> Result<MetadataEntries, String> {
    let expected = || "expected a map of strings".to_owned();
    let Value::Object(entries) = value else {
        return Err(expected());
    };
    let entries = entries.into_iter().filter(|(_, value)| !value.is_null());
    let secret = |(name, value): (String, Value)| {
        let text = value.as_str().ok_or_else(expected)?;
        Ok((name, text.into()))
    };
    entries.map(secret).collect()
}

/// Parses a boolean, or the text of one, such as an environment variable.
pub(super) fn boolean(value: Value) -> Result<bool, String> {
    match value {
        Value::Bool(value) => Ok(value),
        Value::String(text) if text == "true" => Ok(true),
        Value::String(text) if text == "false" => Ok(false),
        _ => Err("expected `true` or `false`".to_owned()),
    }
}

/// Parses a list of scopes, or a string with spaces between them.
pub(super) fn scopes(value: Value) -> Result<RequestedScopes, String> {
    let scopes = match value {
        Value::Array(entries) => {
            let entries: Option<Vec<&str>> = entries.iter().map(Value::as_str).collect();
            entries.map(RequestedScopes::new)
        }
        value => value.as_str().map(RequestedScopes::new),
    };
    let scopes = scopes
        .ok_or("expected a string with spaces between the scopes, or a list of scopes")?
        .map_err(|_| EXPECTED_SCOPES)?;
    if scopes.is_empty() {
        return Err("is empty: name a scope or remove the setting".to_owned());
    }
    Ok(scopes)
}
