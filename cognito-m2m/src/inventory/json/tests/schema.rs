use fastrand::Rng;
use serde_json::{Map, Value};

use super::errors::with;
use super::sample;
use crate::inventory::SCHEMA;
use crate::inventory::samples::any_inventory;

/// Checks a document. Returns the first violation of the schema.
fn check(document: &str) -> Result<(), String> {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let document = serde_json::from_str(document).expect("the document is JSON");
    Checker { root: &schema }.check(&schema, &document)
}

#[test]
fn written_inventories_satisfy_the_schema() {
    assert_eq!(check(&sample().to_json()), Ok(()));
    let mut rng = Rng::with_seed(31);
    for _ in 0..200 {
        let json = any_inventory(&mut rng).to_json();
        assert_eq!(check(&json), Ok(()), "{json}");
    }
}

#[test]
fn schema_permits_unknown_members_where_they_are_ignored() {
    assert_eq!(
        check(&with("\"version\"", "\"generator\": 1, \"version\"")),
        Ok(())
    );
    assert_eq!(
        check(&with("\"access\"", "\"tags\": [], \"access\"")),
        Ok(())
    );
    assert_eq!(
        check(&with("\"report_only\"", "\"new\": 1, \"report_only\"")),
        Ok(())
    );
}

#[test]
fn schema_refuses_what_is_no_inventory() {
    let rule = r#""scopes": "a""#;
    for (part, replacement) in [
        ("\"version\": 1", "\"version\": 2"),
        ("\"app\"", "\"apps\""),
        ("\"path\": \"/\"", "\"paths\": 1"),
        ("\"access\": \"guarded\", ", ""),
        ("\"guarded\"", "\"open\""),
        ("\"endpoints\"", "\"line\": -1, \"endpoints\""),
        ("\"guards\": [{", "\"guards\": [], \"x\": [{"),
        ("\"guards\"", "\"x\""),
        ("\"attribute\"", "\"filter\""),
        ("false", "0"),
        (rule, ""),
        (rule, r#""roles": "a""#),
        (rule, r#""scopes": "a", "claims": []"#),
        (rule, r#""authenticated": false"#),
        (rule, r#""scopes": {"none": ["a"]}"#),
        (rule, r#""scopes": {"all": ["a", 1]}"#),
        (rule, r#""scopes": {"all": [], "any": []}"#),
        (rule, r#""scopes": ["a"]"#),
        (rule, r#""methods": {"GET": 1}"#),
        (rule, r#""clients": [{"pool": "x"}]"#),
        (rule, r#""clients": [1]"#),
        (rule, r#""claim": {"name": "a"}"#),
        (
            rule,
            r#""claim": {"name": "a", "one_of": [], "equals_path": "b"}"#,
        ),
        (rule, r#""claims": [{"name": "a", "one_of": [1.5]}]"#),
        (rule, r#""both": [{"authenticated": true}]"#),
    ] {
        assert!(check(&with(part, replacement)).is_err(), "{replacement}");
    }
}

/// The part of JSON Schema that the schema uses.
struct Checker<'s> {
    root: &'s Value,
}

impl Checker<'_> {
    fn check(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let schema = schema.as_object().expect("a schema is an object");
        for (keyword, argument) in schema {
            if !self.satisfies(schema, keyword, argument, value)? {
                return Err(format!("{keyword}: {argument} is violated by {value}"));
            }
        }
        Ok(())
    }

    fn satisfies(
        &self,
        schema: &Map<String, Value>,
        keyword: &str,
        argument: &Value,
        value: &Value,
    ) -> Result<bool, String> {
        let limit = argument.as_u64().unwrap_or(0);
        let length = |length: Option<usize>| length.map(|length| length as u64);
        let elements = length(value.as_array().map(Vec::len));
        let members = length(value.as_object().map(Map::len));
        let characters = length(value.as_str().map(|text| text.chars().count()));
        let is_valid = |schema: &Value| self.check(schema, value).is_ok();
        Ok(match keyword {
            "$schema" | "$defs" | "title" | "description" | "then" => true,
            "$ref" => {
                let pointer = argument.as_str().and_then(|text| text.strip_prefix('#'));
                let target = self.root.pointer(pointer.expect("a local reference"));
                self.check(target.expect("a definition"), value)?;
                true
            }
            "type" => match argument {
                Value::Array(types) => types.iter().any(|name| is_of_type(name, value)),
                name => is_of_type(name, value),
            },
            "const" => argument == value,
            "enum" => argument
                .as_array()
                .is_some_and(|values| values.contains(value)),
            "required" => value.as_object().is_none_or(|object| {
                let mut names = argument.as_array().into_iter().flatten();
                names.all(|name| object.contains_key(name.as_str().unwrap_or_default()))
            }),
            "properties" => self.check_members(value, |name| argument.get(name))?,
            "additionalProperties" => {
                let properties = schema.get("properties");
                let is_listed =
                    |name: &str| properties.is_some_and(|listed| listed.get(name).is_some());
                match argument {
                    Value::Bool(false) => value
                        .as_object()
                        .is_none_or(|object| object.keys().all(|name| is_listed(name))),
                    other => {
                        self.check_members(value, |name| (!is_listed(name)).then_some(other))?
                    }
                }
            }
            "items" => {
                let mut items = value.as_array().into_iter().flatten();
                items.try_for_each(|item| self.check(argument, item))?;
                true
            }
            "oneOf" => {
                let branches = argument.as_array().into_iter().flatten();
                branches.filter(|branch| is_valid(branch)).count() == 1
            }
            "if" => {
                if is_valid(argument) {
                    self.check(schema.get("then").expect("a branch"), value)?;
                }
                true
            }
            "minItems" => elements.is_none_or(|count| count >= limit),
            "maxItems" => elements.is_none_or(|count| count <= limit),
            "minProperties" => members.is_none_or(|count| count >= limit),
            "maxProperties" => members.is_none_or(|count| count <= limit),
            "minLength" => characters.is_none_or(|count| count >= limit),
            "minimum" => value.as_f64().is_none_or(|number| number >= limit as f64),
            other => panic!("the checker does not know {other}"),
        })
    }

    fn check_members<'a>(
        &self,
        value: &Value,
        schema: impl Fn(&str) -> Option<&'a Value>,
    ) -> Result<bool, String> {
        for (name, member) in value.as_object().into_iter().flatten() {
            if let Some(schema) = schema(name) {
                self.check(schema, member)?;
            }
        }
        Ok(true)
    }
}

fn is_of_type(name: &Value, value: &Value) -> bool {
    match name.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        other => panic!("the checker does not know the type {other:?}"),
    }
}
