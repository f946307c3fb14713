use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::form_urlencoded;

use crate::setting_text;

/// The parameters that the client sends itself, or that would authenticate it in another way (RFC
/// 6749 sections 2.3.1 and 4.4.2, RFC 7521 section 4.2, Cognito: "Token endpoint"). Servers read some
/// of them regardless of case.
const RESERVED: [&str; 7] = [
    "grant_type",
    "scope",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "aws_client_metadata",
];

/// The parameters that may occur more than once (RFC 8707 section 2, RFC 8693 section 2.1). All
/// others must not (RFC 6749 section 3.2).
const REPEATABLE: [&str; 2] = ["resource", "audience"];

const EXPECTED: &str = "expected a map of strings or lists of strings, or text like `resource=https%3A%2F%2Fapi.example`";

/// Additional parameters of the form of a token request. The values are treated as secrets, since
/// they may be confidential.
#[derive(Clone, Default)]
pub(super) struct FormParameters(Vec<(String, SecretString)>);

impl FormParameters {
    pub(super) fn add(&mut self, name: String, value: SecretString) {
        self.0.push((name, value));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &SecretString)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Parses a setting: a map, or text in the form of a query, such as an environment variable.
    pub(super) fn from_setting(value: Value) -> Result<Self, String> {
        let mut parameters = Self::default();
        match value {
            Value::String(text) => {
                setting_text::check(&text)?;
                if text.split('&').any(|pair| !pair.contains('=')) {
                    return Err(EXPECTED.to_owned());
                }
                for (name, value) in form_urlencoded::parse(text.as_bytes()) {
                    parameters.add(name.into_owned(), value.into_owned().into());
                }
            }
            Value::Object(entries) => {
                for (name, value) in entries {
                    for value in texts(value)? {
                        parameters.add(name.clone(), value);
                    }
                }
            }
            _ => return Err(EXPECTED.to_owned()),
        }
        Ok(parameters)
    }

    /// Checks names and values. The error quotes neither, since a value may be in the place of a
    /// name.
    pub(super) fn check(&self) -> Result<(), String> {
        let mut names: Vec<&str> = Vec::new();
        for (name, value) in self.iter() {
            for text in [name, value.expose_secret()] {
                setting_text::check(text)
                    .map_err(|problem| format!("a name or a value {problem}"))?;
            }
            let mut reserved = RESERVED.iter();
            if let Some(reserved) = reserved.find(|it| it.eq_ignore_ascii_case(name)) {
                return Err(format!("`{reserved}` is reserved: other settings set it"));
            }
            if names.contains(&name) && !REPEATABLE.contains(&name) {
                let problem = "a name occurs more than once: only `resource` and `audience` can";
                return Err(problem.to_owned());
            }
            names.push(name);
        }
        Ok(())
    }
}

/// Returns the values of one entry of a map. `null` leaves it out.
fn texts(value: Value) -> Result<Vec<SecretString>, String> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::String(text) => Ok(vec![text.into()]),
        Value::Array(values) => {
            let text = |value: &Value| value.as_str().map(SecretString::from);
            let texts: Option<_> = values.iter().map(text).collect();
            texts.ok_or_else(|| EXPECTED.to_owned())
        }
        _ => Err(EXPECTED.to_owned()),
    }
}

impl fmt::Debug for FormParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(value: Value) -> Vec<(String, String)> {
        let parameters = FormParameters::from_setting(value).unwrap();
        parameters.check().unwrap();
        let pair = |(name, value): (&str, &SecretString)| {
            (name.to_owned(), value.expose_secret().to_owned())
        };
        parameters.iter().map(pair).collect()
    }

    fn problem(value: Value) -> String {
        FormParameters::from_setting(value)
            .and_then(|parameters| parameters.check())
            .unwrap_err()
    }

    #[test]
    fn map_and_text_have_the_same_parameters() {
        let expected = [
            ("audience", "a b"),
            ("resource", "https://one.example"),
            ("resource", "https://two.example"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let map = json!({
            "audience": "a b",
            "resource": ["https://one.example", "https://two.example"],
            "left_out": null,
        });
        assert_eq!(parsed(map), expected);
        let text = "audience=a+b&resource=https%3A%2F%2Fone.example&resource=https://two.example";
        assert_eq!(parsed(json!(text)), expected);
    }

    #[test]
    fn reserved_names_are_refused() {
        for name in RESERVED {
            for name in [name.to_owned(), name.to_uppercase()] {
                let problem = problem(json!({ name.clone(): "m4rker" }));
                assert!(problem.contains("reserved"), "{name}: {problem}");
                assert!(!problem.contains("m4rker"), "{problem}");
            }
        }
        assert_eq!(parsed(json!({"scopes": "x", "tenant": "y"})).len(), 2);
    }

    #[test]
    fn only_resource_and_audience_can_be_repeated() {
        parsed(json!("audience=a&audience=b&resource=c&resource=c"));
        for repeated in [json!("tenant=a&tenant=b"), json!({"tenant": ["a", "b"]})] {
            assert!(problem(repeated).contains("more than once"));
        }
    }

    #[test]
    fn values_are_texts_and_are_not_quoted() {
        for wrong in [
            json!(""),
            json!("=m4rker"),
            json!("tenant="),
            json!("tenant=m4rker%0A"),
            json!("m4rker"),
            json!("m4rker="),
            json!("m4rker=1&m4rker=2"),
            json!({"": "m4rker"}),
            json!({"tenant": ""}),
            json!({"tenant": "m4rker\n"}),
            json!({"tenant": 4711}),
            json!({"tenant": ["m4rker", 4711]}),
            json!({"tenant": {"m4rker": "x"}}),
            json!(["m4rker"]),
            json!(4711),
        ] {
            let problem = problem(wrong.clone());
            let shown = problem.contains("4711") || problem.contains("m4rker");
            assert!(!shown, "{wrong}: {problem}");
        }
        let parameters = FormParameters::from_setting(json!({"tenant": "m4rker"})).unwrap();
        let shown = format!("{parameters:?}");
        assert!(
            shown.contains("tenant") && !shown.contains("m4rker"),
            "{shown}"
        );
    }
}
