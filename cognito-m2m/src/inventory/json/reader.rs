use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::inventory::json::InvalidInventory;

/// The levels of arrays and objects that a document may have.
const MAX_DEPTH: usize = 128;

/// The characters of a value that an error shows.
const MAX_SHOWN: usize = 60;

/// A JSON value, and its path in the document.
///
/// Unlike a [`serde_json::Value`], it keeps the order of members, and finds those that occur twice.
#[derive(Clone, Debug)]
pub(super) struct Reader<'j> {
    json: &'j str,
    path: String,
    depth: usize,
}

impl<'j> Reader<'j> {
    pub(super) fn new(json: &'j str) -> Result<Self, InvalidInventory> {
        let raw: &RawValue = serde_json::from_str(json).map_err(InvalidInventory::Json)?;
        Ok(Self {
            json: raw.get(),
            path: String::new(),
            depth: 0,
        })
    }

    /// Returns the path, as in `jq`.
    pub(super) fn path(&self) -> String {
        match self.path.as_str() {
            "" => ".".to_owned(),
            path => path.to_owned(),
        }
    }

    pub(super) fn is_string(&self) -> bool {
        self.json.starts_with('"')
    }

    pub(super) fn string(&self) -> Result<String, InvalidInventory> {
        self.value("a string")
    }

    /// Returns the value as another type, which `expected` describes.
    pub(super) fn value<T: Deserialize<'j>>(
        &self,
        expected: &'static str,
    ) -> Result<T, InvalidInventory> {
        serde_json::from_str(self.json).map_err(|_| self.invalid(expected))
    }

    pub(super) fn elements(&self) -> Result<Vec<Self>, InvalidInventory> {
        let elements: Vec<&'j RawValue> = self.value("an array")?;
        let element = |(index, raw)| self.below(&format!("[{index}]"), raw);
        elements.into_iter().enumerate().map(element).collect()
    }

    pub(super) fn object(&self) -> Result<Object<'j>, InvalidInventory> {
        self.object_or("an object")
    }

    /// Returns the value as an object. `expected` describes what else the value could be.
    pub(super) fn object_or(&self, expected: &'static str) -> Result<Object<'j>, InvalidInventory> {
        let Pairs(pairs) = self.value(expected)?;
        let mut members: Vec<(String, Self)> = Vec::with_capacity(pairs.len());
        for (name, raw) in pairs {
            let member = self.below(&member_path(&name), raw)?;
            if members.iter().any(|(other, _)| *other == name) {
                return Err(InvalidInventory::DuplicateMember { path: member.path });
            }
            members.push((name, member));
        }
        Ok(Object {
            path: self.path.clone(),
            members,
        })
    }

    /// Returns the error for a value that the format does not allow.
    pub(super) fn invalid(&self, expected: &'static str) -> InvalidInventory {
        InvalidInventory::Value {
            path: self.path(),
            expected,
            found: self.shown(),
        }
    }

    /// Returns the beginning of the JSON, on one line.
    pub(super) fn shown(&self) -> String {
        let mut shown = String::new();
        let mut words = self.json.split_whitespace();
        while shown.len() <= MAX_SHOWN
            && let Some(word) = words.next()
        {
            let blank = if shown.is_empty() { "" } else { " " };
            shown.extend([blank, word]);
        }
        if let Some((end, _)) = shown.char_indices().nth(MAX_SHOWN) {
            shown.truncate(end);
            shown.push('…');
        }
        shown
    }

    fn below(&self, step: &str, raw: &'j RawValue) -> Result<Self, InvalidInventory> {
        if self.depth >= MAX_DEPTH {
            return Err(InvalidInventory::Depth { path: self.path() });
        }
        Ok(Self {
            json: raw.get(),
            path: format!("{}{step}", self.path),
            depth: self.depth.saturating_add(1),
        })
    }
}

/// The members of a JSON object, each of which occurs once.
#[derive(Clone, Debug)]
pub(super) struct Object<'j> {
    path: String,
    members: Vec<(String, Reader<'j>)>,
}

impl<'j> Object<'j> {
    /// Returns a member. `null` counts as absent.
    pub(super) fn optional(&self, name: &str) -> Option<&Reader<'j>> {
        let mut present = self
            .members
            .iter()
            .filter(|(_, member)| member.json != "null");
        present
            .find(|(other, _)| other == name)
            .map(|(_, member)| member)
    }

    pub(super) fn required(&self, name: &str) -> Result<&Reader<'j>, InvalidInventory> {
        let missing = || InvalidInventory::MissingMember {
            path: format!("{}{}", self.path, member_path(name)),
        };
        self.optional(name).ok_or_else(missing)
    }

    /// Returns the only member, or `None` if there are more or fewer.
    pub(super) fn only(&self) -> Option<(&str, &Reader<'j>)> {
        match self.members.as_slice() {
            [(name, member)] => Some((name, member)),
            _ => None,
        }
    }

    pub(super) fn into_members(self) -> Vec<(String, Reader<'j>)> {
        self.members
    }
}

fn member_path(name: &str) -> String {
    let is_identifier = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !name.is_empty()
        && name.chars().all(is_identifier)
        && !name.starts_with(|c: char| c.is_ascii_digit())
    {
        format!(".{name}")
    } else {
        format!("[{}]", serde_json::Value::from(name))
    }
}

struct Pairs<'j>(Vec<(String, &'j RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Pairs(pairs))
    }
}
