use serde_json::{Value, json};

use super::keys::SigningKey;

/// What is published under `/.well-known/jwks.json`.
pub(super) struct Jwks {
    /// The key that signs, and the one that is published ahead of its time.
    pub(super) keys: [SigningKey; 2],
    pub(super) further_entries: Vec<Value>,
    pub(super) instead: Option<Document>,
    pub(super) cache_control: Option<String>,
}

/// A body and what it claims to be.
#[derive(Clone)]
pub(super) struct Document {
    pub(super) body: Vec<u8>,
    pub(super) content_type: String,
}

impl Jwks {
    pub(super) fn new(keys: [SigningKey; 2]) -> Self {
        Self {
            keys,
            further_entries: Vec::new(),
            instead: None,
            cache_control: None,
        }
    }

    pub(super) fn document(&self) -> Document {
        if let Some(document) = &self.instead {
            return document.clone();
        }
        let entries: Vec<Value> = self
            .keys
            .iter()
            .map(SigningKey::public_jwk)
            .chain(self.further_entries.iter().cloned())
            .collect();
        Document {
            body: json!({ "keys": entries }).to_string().into_bytes(),
            content_type: "application/json".to_owned(),
        }
    }
}
