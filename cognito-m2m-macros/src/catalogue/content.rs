//! The two forms of the file: the output of the AWS CLI, and a list of scopes.

use serde_json::{Map, Value};

use crate::scope_text::is_scope;

const FORMS: &str =
    "the output of `aws cognito-idp list-resource-servers` in JSON, or a list of scopes";

/// Returns the scopes in a file, or a message that states what is wrong.
pub(super) fn scopes(text: &str) -> Result<Vec<String>, String> {
    if text.trim().is_empty() {
        return Err(format!("expected {FORMS}, found an empty file"));
    }
    let content = serde_json::from_str(text)
        .map_err(|error| format!("expected {FORMS}, found invalid JSON: {error}"))?;
    match &content {
        Value::Array(scopes) => {
            let scopes = scopes.iter().enumerate();
            scopes
                .map(|(position, scope)| listed_scope(scope, &format!("[{position}]")))
                .collect()
        }
        Value::Object(output) if output.contains_key("ResourceServers") => all_servers(output),
        Value::Object(_) => Err(format!(
            "expected {FORMS}, found an object without `ResourceServers`"
        )),
        other => Err(format!("expected {FORMS}, found {other}")),
    }
}

fn listed_scope(scope: &Value, place: &str) -> Result<String, String> {
    match scope {
        Value::String(scope) if is_scope(scope) => Ok(scope.clone()),
        Value::String(scope) => Err(invalid(scope, place)),
        other => Err(expected("a scope such as \"widgets/read\"", place, other)),
    }
}

fn all_servers(output: &Map<String, Value>) -> Result<Vec<String>, String> {
    if output
        .get("NextToken")
        .is_some_and(|token| !token.is_null())
    {
        return Err(
            "expected all resource servers, found `NextToken`, so the list is incomplete: fetch \
             the list without `--max-items`, `--max-results` and `--no-paginate`"
                .to_owned(),
        );
    }
    let mut scopes = Vec::new();
    for (place, server) in array(output, "ResourceServers", "")? {
        let server = object(server, &place)?;
        let identifier = string(server, "Identifier", &place)?;
        for (place, scope) in array(server, "Scopes", &place)? {
            let name = string(object(scope, &place)?, "ScopeName", &place)?;
            let scope = format!("{identifier}/{name}");
            if identifier.is_empty() || name.is_empty() || name.contains('/') || !is_scope(&scope) {
                return Err(invalid(&scope, &place));
            }
            scopes.push(scope);
        }
    }
    Ok(scopes)
}

/// Returns the elements of an array with their places. The member may be missing.
fn array<'v>(
    object: &'v Map<String, Value>,
    name: &str,
    place: &str,
) -> Result<Vec<(String, &'v Value)>, String> {
    let place = format!("{place}.{name}");
    match object.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(elements)) => {
            let elements = elements.iter().enumerate();
            let placed = |(position, element)| (format!("{place}[{position}]"), element);
            Ok(elements.map(placed).collect())
        }
        Some(other) => Err(expected("a list", &place, other)),
    }
}

fn object<'v>(value: &'v Value, place: &str) -> Result<&'v Map<String, Value>, String> {
    value
        .as_object()
        .ok_or_else(|| expected("an object", place, value))
}

fn string<'v>(object: &'v Map<String, Value>, name: &str, place: &str) -> Result<&'v str, String> {
    match object.get(name) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(expected("a string", &format!("{place}.{name}"), other)),
        None => Err(format!("expected `{name}` at {place}, found none")),
    }
}

fn invalid(scope: &str, place: &str) -> String {
    format!("expected a valid scope at {place}, found {scope:?} (RFC 6749 section 3.3)")
}

fn expected(what: &str, place: &str, found: &Value) -> String {
    let found = match found {
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        other => other.to_string(),
    };
    format!("expected {what} at {place}, found {found}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_list_their_scopes() {
        for (text, expected) in [
            (
                r#"["widgets/read", "openid"]"#,
                &["widgets/read", "openid"][..],
            ),
            ("[]", &[]),
            (r#"{"ResourceServers": []}"#, &[]),
            (
                r#"{"ResourceServers": [
                    {"UserPoolId": "eu-central-1_a", "Identifier": "https://a.example", "Name": "A",
                     "Scopes": [{"ScopeName": "read", "ScopeDescription": "Reads."}, {"ScopeName": "write"}]},
                    {"Identifier": "without-scopes", "Name": "B"}
                ], "NextToken": null}"#,
                &["https://a.example/read", "https://a.example/write"],
            ),
        ] {
            assert_eq!(scopes(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn other_contents_are_reported_with_what_was_found_and_where() {
        for (text, expected) in [
            ("", "found an empty file"),
            (" \n", "found an empty file"),
            (
                "[\"a/read\",\n]",
                "found invalid JSON: trailing comma at line 2 column 1",
            ),
            ("5", "found 5"),
            ("{}", "found an object without `ResourceServers`"),
            (
                "[5]",
                "expected a scope such as \"widgets/read\" at [0], found 5",
            ),
            (
                r#"["a/read", {"ScopeName": "read"}]"#,
                "expected a scope such as \"widgets/read\" at [1], found an object",
            ),
            (
                r#"["two words"]"#,
                "expected a valid scope at [0], found \"two words\"",
            ),
            (r#"[""]"#, "expected a valid scope at [0], found \"\""),
            (
                r#"{"ResourceServers": {}}"#,
                "expected a list at .ResourceServers, found an object",
            ),
            (
                r#"{"ResourceServers": ["a"]}"#,
                "expected an object at .ResourceServers[0], found \"a\"",
            ),
            (
                r#"{"ResourceServers": [{"Scopes": []}]}"#,
                "expected `Identifier` at .ResourceServers[0], found none",
            ),
            (
                r#"{"ResourceServers": [{"Identifier": "a", "Scopes": [{"ScopeName": 1}]}]}"#,
                "expected a string at .ResourceServers[0].Scopes[0].ScopeName, found 1",
            ),
            (
                r#"{"ResourceServers": [{"Identifier": "a", "Scopes": [{"ScopeName": "b/c"}]}]}"#,
                "expected a valid scope at .ResourceServers[0].Scopes[0], found \"a/b/c\"",
            ),
            (
                r#"{"ResourceServers": [], "NextToken": "x"}"#,
                "found `NextToken`",
            ),
        ] {
            let message = scopes(text).unwrap_err();
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}
