use std::collections::HashMap;

use serde_json::{Value, json};

use super::fault::Endpoint;
use super::keys::SigningKey;

/// The key sets served at `/.well-known/jwks.json` of each source.
pub(super) struct Jwks {
    /// The key that signs tokens, and the key that signs after the next announced rotation.
    pub(super) keys: [SigningKey; 2],
    pub(super) additional_entries: Vec<Value>,
    /// The entries of the sources that do not publish the keys of the pool.
    pub(super) source_entries: HashMap<Endpoint, Vec<Value>>,
    pub(super) replacement: Option<Document>,
    pub(super) cache_control: Option<String>,
}

/// A response body with its `Content-Type`.
#[derive(Clone)]
pub(super) struct Document {
    pub(super) body: Vec<u8>,
    pub(super) content_type: String,
}

impl Jwks {
    pub(super) fn new(keys: [SigningKey; 2]) -> Self {
        Self {
            keys,
            additional_entries: Vec::new(),
            source_entries: HashMap::new(),
            replacement: None,
            cache_control: None,
        }
    }

    pub(super) fn document(&self, source: Endpoint) -> Document {
        if let Some(document) = &self.replacement {
            return document.clone();
        }
        let entries = match self.source_entries.get(&source) {
            Some(entries) => entries.clone(),
            None => self.entries(),
        };
        Document {
            body: json!({ "keys": entries }).to_string().into_bytes(),
            content_type: "application/json".to_owned(),
        }
    }

    fn entries(&self) -> Vec<Value> {
        let keys = self.keys.iter().map(SigningKey::public_jwk);
        keys.chain(self.additional_entries.iter().cloned())
            .collect()
    }
}
