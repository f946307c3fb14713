use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::inventory::cognito::labels::{MAX_PLAIN_LENGTH, label};
use crate::inventory::cognito::resource_server::ResourceServer;
use crate::inventory::cognito::user_pool::UserPoolResourceServers;

impl UserPoolResourceServers {
    /// Returns the resource servers as a CloudFormation template in JSON, with the parameter `UserPoolId`.
    ///
    /// CloudFormation refuses a template without resources, such as that of an app without custom scopes.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::inventory::UserPoolResourceServers;
    ///
    /// let servers = UserPoolResourceServers::from_scopes([("widgets/read", "Read widgets")])?;
    /// let template = servers.to_cloudformation();
    /// assert!(template.contains("AWS::Cognito::UserPoolResourceServer"));
    /// # Ok::<(), cognito_m2m::inventory::ScopeFaults>(())
    /// ```
    #[must_use]
    pub fn to_cloudformation(&self) -> String {
        let resources = self
            .iter()
            .map(|server| (logical_id(server), resource(server)));
        let resources: Map<_, _> = resources.collect();
        let template = json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": "Resource servers and custom scopes of a Cognito user pool.",
            "Parameters": {
                "UserPoolId": {
                    "Type": "String",
                    "Description": "The ID of the Cognito user pool.",
                    // `UserPoolIdType` in the Amazon Cognito API reference.
                    "AllowedPattern": "[\\w-]+_[0-9a-zA-Z]+",
                    "MaxLength": 55,
                },
            },
            "Resources": resources,
        });
        with_escaped_controls(&format!("{template:#}\n"))
    }
}

fn resource(server: &ResourceServer) -> Value {
    let scopes = server.scopes.iter().map(|scope| {
        json!({
            "ScopeName": literal(&scope.name),
            "ScopeDescription": literal(&scope.description),
        })
    });
    json!({
        "Type": "AWS::Cognito::UserPoolResourceServer",
        "Properties": {
            "UserPoolId": { "Ref": "UserPoolId" },
            "Identifier": literal(&server.identifier),
            "Name": literal(&server.name),
            "Scopes": scopes.collect::<Vec<_>>(),
        },
    })
}

/// Escapes the control characters that JSON permits in strings but YAML does not, since tools read
/// templates as YAML.
fn with_escaped_controls(template: &str) -> String {
    let mut escaped = String::with_capacity(template.len());
    for character in template.chars() {
        if character.is_control() && character != '\n' {
            // Writing to a `String` never fails.
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// Returns a text in which CloudFormation and its tools see no variable.
///
/// `cfn-lint` takes `${..}` outside of `Fn::Sub` for a mistake (E1029), so the text is joined from parts
/// that don't contain `${`.
fn literal(text: &str) -> Value {
    if !text.contains("${") {
        return Value::from(text);
    }
    let mut parts: Vec<_> = text.split_inclusive('$').collect();
    parts.retain(|part| !part.is_empty());
    json!({ "Fn::Join": ["", parts] })
}

/// Returns the logical ID of a resource server, which depends on its identifier alone.
fn logical_id(server: &ResourceServer) -> String {
    let identifier = &server.identifier;
    label(&readable(identifier), "", identifier, &[])
}

/// Returns a logical ID: letters and digits.
fn readable(identifier: &str) -> String {
    let words = identifier.split(|character: char| !character.is_ascii_alphanumeric());
    let words = words.map(|word| {
        let mut characters = word.chars();
        let first = characters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(characters).collect::<String>()
    });
    let words = words.collect::<String>();
    let words = words.chars().take(MAX_PLAIN_LENGTH).collect::<String>();
    format!("ResourceServer{words}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(scopes: &[(&str, &str)]) -> Value {
        let servers = UserPoolResourceServers::from_scopes(scopes.iter().copied());
        let text = servers.expect("valid scopes").to_cloudformation();
        serde_json::from_str(&text).expect("JSON")
    }

    #[test]
    fn template_has_a_resource_per_server() {
        let template = template(&[("widgets/read", "Read"), ("https://a.example/v1/x", "")]);
        let widgets = &template["Resources"]["ResourceServerWidgets"];
        assert_eq!(widgets["Type"], "AWS::Cognito::UserPoolResourceServer");
        assert_eq!(
            widgets["Properties"],
            json!({
                "UserPoolId": { "Ref": "UserPoolId" },
                "Identifier": "widgets",
                "Name": "widgets",
                "Scopes": [{ "ScopeName": "read", "ScopeDescription": "Read" }],
            })
        );
        let id = "ResourceServerHttpsAExampleV1376852b84b633193";
        let url = &template["Resources"][id]["Properties"];
        assert_eq!(url["Identifier"], "https://a.example/v1");
        assert_eq!(url["Name"], "a.example-v1");
    }

    #[test]
    fn text_that_looks_like_a_variable_is_joined_from_parts() {
        assert_eq!(literal("$5 {x} $"), json!("$5 {x} $"));
        for text in ["${x}", "a${x}b$", "$${x}${"] {
            let joined = literal(text);
            let parts = joined["Fn::Join"][1].as_array().expect("parts");
            let parts: Vec<_> = parts
                .iter()
                .map(|part| part.as_str().expect("text"))
                .collect();
            assert_eq!(parts.concat(), text);
            assert!(parts.iter().all(|part| !part.contains("${")));
        }
    }

    #[test]
    fn every_description_is_unchanged_and_has_no_raw_control_character() {
        let description = "\u{7}\u{1b}\u{7f} \"\\ \u{e9}\u{1f980}\u{feff}";
        let servers = UserPoolResourceServers::from_scopes([("a/x", description)]);
        let text = servers.expect("valid scopes").to_cloudformation();
        assert!(!text.replace('\n', "").contains(char::is_control));
        let template: Value = serde_json::from_str(&text).expect("JSON");
        let scopes = &template["Resources"]["ResourceServerA"]["Properties"]["Scopes"];
        assert_eq!(scopes[0]["ScopeDescription"], description);
    }

    #[test]
    fn logical_id_is_the_same_beside_a_similar_identifier() {
        for (identifier, similar) in [
            ("widgets", "Widgets"),
            ("myapi", "myAPI"),
            ("my-api", "my.api"),
            ("https://a.example/v1", "https://a.example:v1"),
        ] {
            let [scope, similar] = [identifier, similar].map(|server| format!("{server}/x"));
            let ids = |scopes: &[(&str, &str)]| {
                let template = template(scopes);
                let resources = template["Resources"].as_object().expect("resources");
                resources.keys().cloned().collect::<Vec<_>>()
            };
            let alone = ids(&[(&scope, "")]);
            let both = ids(&[(&scope, ""), (&similar, "")]);
            assert_eq!(both.len(), 2);
            assert!(both.contains(&alone[0]), "{both:?} {alone:?}");
        }
    }

    #[test]
    fn logical_ids_are_alphanumeric_and_unique() {
        let long = "a".repeat(255);
        let scopes = [
            ("a/b/x", ""),
            ("a-b/x", ""),
            ("A.B/x", ""),
            ("///x", ""),
            ("1/x", ""),
            (&format!("{long}1/x"), ""),
            (&format!("{long}2/x"), ""),
        ];
        let template = template(&scopes);
        let resources = template["Resources"].as_object().expect("resources");
        assert_eq!(resources.len(), scopes.len());
        for id in resources.keys() {
            assert!(id.len() <= 255, "{id}");
            assert!(id.chars().all(|c| c.is_ascii_alphanumeric()), "{id}");
        }
    }
}
