use std::fmt::Write as _;

use crate::inventory::cognito::labels::label;
use crate::inventory::cognito::resource_server::ResourceServer;
use crate::inventory::cognito::user_pool::UserPoolResourceServers;

const VARIABLE: &str = r#"variable "user_pool_id" {
  description = "The ID of the Cognito user pool."
  type        = string
}
"#;

impl UserPoolResourceServers {
    /// Returns the resource servers as a Terraform file, with one `aws_cognito_resource_server` each.
    ///
    /// The file declares the variable `user_pool_id`, so it is best kept in a folder as a module:
    ///
    /// ```hcl
    /// module "scopes" {
    ///   source       = "./scopes"
    ///   user_pool_id = aws_cognito_user_pool.main.id
    /// }
    /// ```
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::inventory::UserPoolResourceServers;
    ///
    /// let servers = UserPoolResourceServers::from_scopes([("widgets/read", "Read widgets")])?;
    /// let file = servers.to_terraform();
    /// assert!(file.contains(r#"resource "aws_cognito_resource_server" "widgets" {"#));
    /// # Ok::<(), cognito_m2m::inventory::ScopeFaults>(())
    /// ```
    #[must_use]
    pub fn to_terraform(&self) -> String {
        let mut file = VARIABLE.to_owned();
        file.extend(self.iter().map(resource));
        file
    }
}

fn resource(server: &ResourceServer) -> String {
    let label = resource_label(&server.identifier);
    let identifier = quoted(&server.identifier);
    let name = quoted(&server.name);
    let mut block = format!(
        r#"
resource "aws_cognito_resource_server" "{label}" {{
  identifier   = {identifier}
  name         = {name}
  user_pool_id = var.user_pool_id
"#
    );
    for scope in &server.scopes {
        let (name, description) = (quoted(&scope.name), quoted(&scope.description));
        // Writing to a `String` never fails.
        let _ = write!(
            block,
            r"
  scope {{
    scope_name        = {name}
    scope_description = {description}
  }}
"
        );
    }
    block.push_str("}\n");
    block
}

/// Returns the label of a resource server, which depends on its identifier alone.
fn resource_label(identifier: &str) -> String {
    label(&readable(identifier), "_", identifier, &['_', '-'])
}

/// Returns an identifier of Terraform: letters, digits, `_` and `-`, and a letter or `_` first.
fn readable(identifier: &str) -> String {
    let parts = identifier.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-');
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    let readable = parts.join("_");
    let starts_well = readable.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts_well {
        readable
    } else {
        format!("_{readable}")
    }
}

/// Returns a quoted template of HCL that is exactly this text («Strings and Templates» in the Terraform
/// language documentation).
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len().saturating_add(2));
    quoted.push('"');
    let mut previous = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let opens_template = characters.peek() == Some(&'{');
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            // After the same character, `$${` would be ambiguous.
            '$' | '%' if opens_template && previous == Some(character) => {
                push_escaped(&mut quoted, character);
            }
            '$' | '%' if opens_template => quoted.extend([character, character]),
            control if control.is_control() => push_escaped(&mut quoted, control),
            other => quoted.push(other),
        }
        previous = Some(character);
    }
    quoted.push('"');
    quoted
}

fn push_escaped(text: &mut String, character: char) {
    // Writing to a `String` never fails.
    let _ = write!(text, "\\u{:04x}", u32::from(character));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_has_a_block_per_server_and_scope() {
        let servers = UserPoolResourceServers::from_scopes([
            ("widgets/write", "Change widgets"),
            ("widgets/read", ""),
        ]);
        let file = servers.expect("valid scopes").to_terraform();
        let expected = r#"variable "user_pool_id" {
  description = "The ID of the Cognito user pool."
  type        = string
}

resource "aws_cognito_resource_server" "widgets" {
  identifier   = "widgets"
  name         = "widgets"
  user_pool_id = var.user_pool_id

  scope {
    scope_name        = "read"
    scope_description = "widgets/read"
  }

  scope {
    scope_name        = "write"
    scope_description = "Change widgets"
  }
}
"#;
        assert_eq!(file, expected);
    }

    #[test]
    fn special_characters_are_escaped() {
        for (text, escaped) in [
            ("a", r#""a""#),
            (r#"a"b"#, r#""a\"b""#),
            (r"a\b", r#""a\\b""#),
            (r#"\""#, r#""\\\"""#),
            ("a\nb\r\tc", r#""a\nb\r\tc""#),
            ("\0\u{7f}\u{85}", r#""\u0000\u007f\u0085""#),
            ("${x}", r#""$${x}""#),
            ("%{if}", r#""%%{if}""#),
            ("$${x}", r#""$\u0024{x}""#),
            ("$$${x}", r#""$$\u0024{x}""#),
            ("%${x}", r#""%$${x}""#),
            ("$ {x} 5$ %", r#""$ {x} 5$ %""#),
            ("\u{e9}\u{1f980}", "\"\u{e9}\u{1f980}\""),
        ] {
            assert_eq!(quoted(text), escaped, "{text:?}");
        }
    }

    #[test]
    fn labels_are_identifiers() {
        for (identifier, expected) in [
            ("widgets", "widgets"),
            ("https://api.example.com/v1", "https_api_example_com_v1"),
            ("com.example-a", "com_example-a"),
            ("1a", "_1a"),
            ("-a", "_-a"),
            ("///", "_"),
        ] {
            assert_eq!(readable(identifier), expected);
        }
    }

    #[test]
    fn label_is_the_same_beside_a_similar_identifier() {
        let label = |scopes: &[(&str, &str)], identifier: &str| {
            let servers = UserPoolResourceServers::from_scopes(scopes.iter().copied());
            let file = servers.expect("valid scopes").to_terraform();
            let position = file.find(&format!("identifier   = \"{identifier}\""));
            let before = &file[..position.expect("the resource server")];
            let line = before.trim_end().lines().next_back().expect("a line");
            line.to_owned()
        };
        for (identifier, similar) in [
            ("https://api.example.com/v1", "https://api.example.com:v1/x"),
            ("widgets", "Widgets/x"),
            ("my-api", "my_api/x"),
            ("https_api", "https://api/x"),
        ] {
            let scope = format!("{identifier}/x");
            let alone = label(&[(&scope, "")], identifier);
            assert_eq!(label(&[(&scope, ""), (similar, "")], identifier), alone);
        }
        let plain = label(&[("my-api/x", "")], "my-api");
        assert!(plain.contains("\"my-api\""), "{plain}");
    }
}
