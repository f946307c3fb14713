use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

/// The entries of `aws_client_metadata` in code and in settings. The values are treated as secrets,
/// since they may be confidential.
pub(super) type MetadataEntries = BTreeMap<String, SecretString>;

/// The metadata that Cognito passes to the pre token generation Lambda trigger.
///
/// It is cheap to clone, and part of the key of the token cache.
#[derive(Clone, Default)]
pub(super) struct ClientMetadata(Arc<MetadataEntries>);

impl ClientMetadata {
    pub(super) fn new(entries: MetadataEntries) -> Self {
        Self(Arc::new(entries))
    }

    /// Returns the metadata with more entries, which override those of the same name.
    pub(super) fn with(&self, more: MetadataEntries) -> Self {
        if more.is_empty() {
            return self.clone();
        }
        let mut entries = MetadataEntries::clone(&self.0);
        entries.extend(more);
        Self::new(entries)
    }

    /// Returns a JSON object of strings, or `None` without entries. It contains the values in clear
    /// text.
    pub(super) fn to_json(&self) -> Option<Value> {
        let entry = |(name, value): (&String, &SecretString)| {
            (name.clone(), Value::from(value.expose_secret()))
        };
        let entries: Map<String, Value> = self.0.iter().map(entry).collect();
        (!entries.is_empty()).then_some(Value::Object(entries))
    }

    /// Returns the names and values in clear text, sorted by name.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let entries = self.0.iter();
        entries.map(|(name, value)| (name.as_str(), value.expose_secret()))
    }
}

impl PartialEq for ClientMetadata {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.texts().eq(other.texts())
    }
}

impl Eq for ClientMetadata {}

impl Hash for ClientMetadata {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.len().hash(state);
        self.texts().for_each(|entry| entry.hash(state));
    }
}

impl fmt::Debug for ClientMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(entries: &[(&str, &str)]) -> ClientMetadata {
        let entries = entries.iter();
        ClientMetadata::new(
            entries
                .map(|&(name, value)| (name.to_owned(), value.into()))
                .collect(),
        )
    }

    fn hash_of(metadata: &ClientMetadata) -> u64 {
        let mut hasher = std::hash::DefaultHasher::new();
        metadata.hash(&mut hasher);
        hasher.finish()
    }

    #[test]
    fn order_of_entries_does_not_matter() {
        let one = metadata(&[("tenant", "blue"), ("stage", "test")]);
        let other = metadata(&[("stage", "test"), ("tenant", "blue")]);
        assert_eq!(one, other);
        assert_eq!(hash_of(&one), hash_of(&other));
        for different in [
            metadata(&[]),
            metadata(&[("tenant", "blue")]),
            metadata(&[("tenant", "blue"), ("stage", "tes")]),
            metadata(&[("blue", "tenant"), ("test", "stage")]),
            metadata(&[("tenantb", "lue"), ("stage", "test")]),
        ] {
            assert_ne!(one, different);
        }
    }

    #[test]
    fn later_entries_override_those_of_the_same_name() {
        let defaults = metadata(&[("tenant", "blue"), ("stage", "test")]);
        let merged = defaults.with(MetadataEntries::from([("tenant".to_owned(), "red".into())]));
        assert_eq!(merged, metadata(&[("tenant", "red"), ("stage", "test")]));
        assert_eq!(defaults.with(MetadataEntries::new()), defaults);
    }

    #[test]
    fn debug_prints_names_but_no_values() {
        let shown = format!("{:?}", metadata(&[("tenant", "marker")]));
        assert!(
            shown.contains("tenant") && !shown.contains("marker"),
            "{shown}"
        );
    }
}
