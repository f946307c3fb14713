use serde::Serializer as _;
use serde_json::Value;

/// A JSON object that keeps the order of its members. `serde_json::Map` would sort them.
pub(super) struct JsonObject(Vec<(String, Value)>);

/// A change to one member of an object.
#[derive(Clone)]
pub(super) enum Edit {
    Set(String, Value),
    Remove(String),
}

impl JsonObject {
    pub(super) fn new<const N: usize>(members: [(&str, Value); N]) -> Self {
        let named = members.map(|(name, value)| (name.to_owned(), value));
        Self(named.into())
    }

    pub(super) fn edited(mut self, edits: &[Edit]) -> Self {
        for edit in edits {
            match edit {
                Edit::Set(name, value) => self.set(name, value),
                Edit::Remove(name) => self.0.retain(|(known, _)| known != name),
            }
        }
        self
    }

    fn set(&mut self, name: &str, value: &Value) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => old.clone_from(value),
            None => self.0.push((name.to_owned(), value.clone())),
        }
    }

    pub(super) fn into_json(self) -> Vec<u8> {
        let mut text = Vec::new();
        serde_json::Serializer::new(&mut text)
            .collect_map(self.0)
            .expect("JSON values can be serialized to memory");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_edits_override_earlier_ones_and_keep_the_order() {
        let object = JsonObject::new([("b", 1.into()), ("a", 2.into())]);
        let edits = [
            Edit::Set("c".into(), 3.into()),
            Edit::Set("b".into(), 4.into()),
            Edit::Remove("a".into()),
            Edit::Set("a".into(), 5.into()),
        ];
        let text = object.edited(&edits).into_json();
        assert_eq!(text, br#"{"b":4,"c":3,"a":5}"#);
    }
}
