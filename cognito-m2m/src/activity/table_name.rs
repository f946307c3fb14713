use std::fmt;

use crate::error_report::debug_as_report;

/// The name of the activity table, optionally with a schema.
///
/// # Examples
///
/// ```
/// use cognito_m2m::activity::TableName;
///
/// let django = TableName::new("django_cognito_m2m_serviceclientactivity")?;
/// assert_eq!(TableName::default().to_string(), "service_client_activity");
/// assert_eq!(TableName::new("audit.clients")?.quoted('"'), r#""audit"."clients""#);
/// assert!(TableName::new("clients; DROP TABLE users").is_err());
/// # Ok::<(), cognito_m2m::activity::InvalidTableName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableName {
    schema: Option<String>,
    table: String,
}

impl TableName {
    const DEFAULT: &'static str = "service_client_activity";

    /// Parses `table` or `schema.table`. Each part has 1 to 63 characters of `A-Za-z0-9_` and does
    /// not start with a digit.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidTableName`] for any other text.
    pub fn new(name: &str) -> Result<Self, InvalidTableName> {
        let (schema, table) = match name.split_once('.') {
            Some((schema, table)) => (Some(schema), table),
            None => (None, name),
        };
        if schema.into_iter().chain([table]).all(is_identifier) {
            Ok(Self {
                schema: schema.map(str::to_owned),
                table: table.to_owned(),
            })
        } else {
            Err(InvalidTableName {
                name: name.to_owned(),
            })
        }
    }

    /// Returns the name for an SQL statement, with `quote` around each part.
    ///
    /// Pass `` ` `` for MySQL and MariaDB, and `"` for other databases.
    #[must_use]
    pub fn quoted(&self, quote: char) -> String {
        let parts = self.schema.iter().chain([&self.table]);
        let quoted: Vec<_> = parts.map(|part| format!("{quote}{part}{quote}")).collect();
        quoted.join(".")
    }
}

impl Default for TableName {
    fn default() -> Self {
        Self {
            schema: None,
            table: Self::DEFAULT.to_owned(),
        }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        f.write_str(&self.table)
    }
}

/// The error returned for text that is not a valid `table` or `schema.table` name.
///
/// # Examples
///
/// ```
/// use cognito_m2m::activity::TableName;
///
/// let error = TableName::new("1st").err().map(|error| error.to_string());
/// assert!(error.is_some_and(|text| text.contains("found \"1st\"")));
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected `table` or `schema.table`, each 1 to 63 characters of `A-Za-z0-9_` without a leading digit, found {name:?}"
)]
pub struct InvalidTableName {
    name: String,
}

debug_as_report!(InvalidTableName);

fn is_identifier(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=63).contains(&text.len())
        && text.bytes().all(is_allowed)
        && !text.starts_with(|first: char| first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_4_4_table_names_are_checked() {
        for name in [
            "", ".", "a.", ".a", "a.b.c", "1a", "a b", "a\"", "a`", "a;", "é", "a-b",
        ] {
            assert!(TableName::new(name).is_err(), "{name:?}");
        }
        assert!(TableName::new(&"a".repeat(64)).is_err());
        let name = TableName::new("audit.clients").expect("the name is valid");
        assert_eq!(name.quoted('"'), "\"audit\".\"clients\"");
    }
}
