use serde::Serializer as _;
use serde_json::Value;

/// The members of a JSON object, in an order of their own: `serde_json::Map` would sort them.
pub(super) struct Members(Vec<(String, Value)>);

/// A change that a test has ordered.
#[derive(Clone)]
pub(super) enum Edit {
    Set(String, Value),
    Remove(String),
}

impl Members {
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

    pub(super) fn json_text(self) -> Vec<u8> {
        let mut text = Vec::new();
        serde_json::Serializer::new(&mut text)
            .collect_map(self.0)
            .expect("JSON values are written to memory without fail");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_edit_holds_and_keeps_the_place() {
        let members = Members::new([("b", 1.into()), ("a", 2.into())]);
        let edits = [
            Edit::Set("c".into(), 3.into()),
            Edit::Set("b".into(), 4.into()),
            Edit::Remove("a".into()),
            Edit::Set("a".into(), 5.into()),
        ];
        let text = members.edited(&edits).json_text();
        assert_eq!(text, br#"{"b":4,"c":3,"a":5}"#);
    }
}
