/// A resource server of a user pool, with its custom scopes.
///
/// The fields are members of [`ResourceServerType`], with its limits.
///
/// [`ResourceServerType`]: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ResourceServerType.html
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResourceServer {
    /// The part of its scopes before the last slash. It may be a URL.
    pub identifier: String,
    /// The name that the AWS console shows.
    pub name: String,
    /// The scopes, sorted by name.
    pub scopes: Vec<ServerScope>,
}

/// A custom scope of a [`ResourceServer`].
///
/// The fields are members of [`ResourceServerScopeType`], with its limits.
///
/// [`ResourceServerScopeType`]: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ResourceServerScopeType.html
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerScope {
    /// The part of the scope after the last slash.
    pub name: String,
    /// The description that the AWS console shows.
    pub description: String,
}

impl ResourceServer {
    /// Returns the scopes as tokens contain them.
    pub(super) fn full_scopes(&self) -> impl Iterator<Item = String> {
        let scopes = self.scopes.iter();
        scopes.map(|scope| format!("{}/{}", self.identifier, scope.name))
    }
}

/// The longest name of a resource server (AWS `ResourceServerNameType`).
const MAX_NAME_LENGTH: usize = 256;

/// Returns a valid name for a resource server with this identifier.
///
/// A name consists of the characters `[\w\s+=,.@-]`. Others become hyphens.
pub(super) fn name_for(identifier: &str) -> String {
    let identifier = identifier
        .strip_prefix("https://")
        .or_else(|| identifier.strip_prefix("http://"))
        .unwrap_or(identifier);
    let parts = identifier.split(|character| !is_name_character(character));
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        return "resource-server".to_owned();
    }
    parts.join("-").chars().take(MAX_NAME_LENGTH).collect()
}

/// Returns `true` for a text that Cognito allows as the name of a resource server.
pub(super) fn is_name(text: &str) -> bool {
    let length = text.chars().count();
    (1..=MAX_NAME_LENGTH).contains(&length) && text.chars().all(is_name_character)
}

fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_ +=,.@-".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_is_made_of_the_allowed_characters_of_the_identifier() {
        for (identifier, name) in [
            ("widgets", "widgets"),
            ("com.example.widgets", "com.example.widgets"),
            ("https://api.example.com/v1", "api.example.com-v1"),
            ("http://api.example.com:8080/", "api.example.com-8080"),
            ("urn:example:api", "urn-example-api"),
            ("///", "resource-server"),
            ("https://", "resource-server"),
            ("${x}", "x"),
        ] {
            assert_eq!(name_for(identifier), name);
            assert!(is_name(name), "{name}");
        }
        let long = format!("{}/{}", "a".repeat(200), "b".repeat(200));
        assert_eq!(name_for(&long).len(), 256);
    }

    #[test]
    fn names_have_a_limited_length_and_alphabet() {
        let long = "a".repeat(257);
        for text in ["", "a/b", "\u{e9}", "a\"", long.as_str()] {
            assert!(!is_name(text), "{text}");
        }
    }
}
