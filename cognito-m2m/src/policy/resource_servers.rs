use crate::error_report::debug_as_report;
use crate::scope::{ScopeSet, is_scope_token};

/// The maximum length of an identifier, in characters (AWS `ResourceServerIdentifierType`).
const MAX_LENGTH: usize = 256;

/// The resource servers that an API is, by their identifiers: the setting `resource_servers`.
///
/// In a token of Cognito, a scope of a resource server is `<identifier>/<name>`. The name contains no
/// slash, but the identifier may (`ResourceServerScopeType` and `ResourceServerType` in the Cognito
/// API reference), so the last slash of a scope separates the two. An identifier may be a URL. If it
/// ends with a slash, its scopes have two slashes in a row.
///
/// # Examples
///
/// ```
/// use cognito_m2m::policy::ResourceServers;
/// use cognito_m2m::scope::ScopeSet;
///
/// let servers = ResourceServers::new(["widgets", "https://api.example.com"])?;
/// assert!(servers.admit(&ScopeSet::parse("other/read widgets/read")));
/// assert!(servers.admit(&ScopeSet::parse("https://api.example.com/read")));
///
/// assert!(!servers.admit(&ScopeSet::parse("other/read")));
/// assert!(!servers.admit(&ScopeSet::parse("widgets2/read Widgets/read widgets/x/read")));
/// assert!(!servers.admit(&ScopeSet::default()));
/// # Ok::<(), cognito_m2m::policy::InvalidResourceServer>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceServers {
    pub(super) identifiers: Box<[Box<str>]>,
}

impl ResourceServers {
    /// Creates a list from identifiers of resource servers. An empty list admits no token.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidResourceServer`] for the first text that Cognito allows for no identifier.
    pub fn new<S: Into<String>>(
        identifiers: impl IntoIterator<Item = S>,
    ) -> Result<Self, InvalidResourceServer> {
        let identifiers = identifiers.into_iter().map(|identifier| {
            let identifier = identifier.into();
            if is_identifier(&identifier) {
                Ok(identifier.into_boxed_str())
            } else {
                Err(InvalidResourceServer { identifier })
            }
        });
        let identifiers = identifiers.collect::<Result<_, _>>()?;
        Ok(Self { identifiers })
    }

    /// Returns `true` if at least one of the scopes belongs to one of the resource servers.
    ///
    /// Identifiers are compared exactly, including case.
    #[must_use]
    pub fn admit(&self, scopes: &ScopeSet) -> bool {
        scopes.iter().any(|scope| self.own(scope))
    }

    /// Returns `true` for a scope of one of the resource servers.
    ///
    /// A text that is not a valid scope, such as one with a tab, belongs to none.
    pub(crate) fn own(&self, scope: &str) -> bool {
        let Some((identifier, name)) = scope.rsplit_once('/') else {
            return false;
        };
        is_scope_token(name) && self.identifiers.iter().any(|known| **known == *identifier)
    }
}

/// Returns `true` for text that Cognito allows as the identifier of a resource server:
/// `[\x21\x23-\x5B\x5D-\x7E]+`, the characters of a scope, and at most 256 of them
/// (`ResourceServerType` in the Amazon Cognito API reference).
fn is_identifier(text: &str) -> bool {
    text.len() <= MAX_LENGTH && is_scope_token(text)
}

/// The error returned for text that is not the identifier of a resource server.
///
/// # Examples
///
/// ```
/// use cognito_m2m::policy::ResourceServers;
///
/// let error = ResourceServers::new(["two words"]).unwrap_err();
/// assert!(error.to_string().contains("is not the identifier of a resource server"));
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{identifier:?} is not the identifier of a resource server: use 1 to 256 visible ASCII characters other than space, `\"` and `\\`"
)]
pub struct InvalidResourceServer {
    identifier: String,
}

debug_as_report!(InvalidResourceServer);

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(identifiers: &[&str], scope_claim: &str) -> bool {
        ResourceServers::new(identifiers.iter().copied())
            .expect("valid identifiers")
            .admit(&ScopeSet::parse(scope_claim))
    }

    #[test]
    fn a_scope_belongs_to_the_resource_server_before_its_last_slash() {
        for (identifier, scope) in [
            ("widgets", "widgets/read"),
            ("widgets/x", "widgets/x/read"),
            ("https://api.example.com", "https://api.example.com/read"),
            ("https://api.example.com/", "https://api.example.com//read"),
            (
                "https://api.example.com/v1",
                "https://api.example.com/v1/read",
            ),
            ("com.example.widgets", "com.example.widgets/widgets.read"),
            ("widgets,a", "widgets,a/read"),
            ("/", "//read"),
        ] {
            assert!(admits(&[identifier], scope), "{identifier} {scope}");
        }
    }

    #[test]
    fn similar_scopes_belong_to_another_resource_server() {
        for scope in [
            "",
            "widgets",
            "widgets/",
            "/widgets",
            "/widgets/read",
            "widgets//read",
            "widgets/x/read",
            "widgets2/read",
            "widget/read",
            "Widgets/read",
            "WIDGETS/read",
            "widgets.read",
            "widgets:read",
            "widgets%2Fread",
            "x/widgets/read",
            "read/widgets",
            "*/read",
            "https://widgets/read",
            "widgets\u{2215}read",
            "w\u{456}dgets/read",
            "aws.cognito.signin.user.admin",
            "openid",
        ] {
            assert!(!admits(&["widgets"], scope), "{scope}");
        }
        for scope in [
            "https://api.example.com//read",
            "https://api.example.com/v1/read",
            "https://api.example.com.evil.example/read",
            "http://api.example.com/read",
            "https://API.example.com/read",
            "https://api.example.com:443/read",
            "https://api.example.com",
            "https://api.example.com/",
        ] {
            assert!(!admits(&["https://api.example.com"], scope), "{scope}");
        }
    }

    #[test]
    fn text_that_is_not_a_valid_scope_belongs_to_no_resource_server() {
        for scope in [
            "widgets/read\tother",
            "widgets/read\nwidgets/write",
            "widgets/\u{a0}",
            "widgets/r\u{e9}ad",
            "widgets/\"read\"",
            "widgets/\\",
        ] {
            assert!(!admits(&["widgets"], scope), "{scope:?}");
        }
    }

    #[test]
    fn one_scope_of_one_of_the_resource_servers_is_enough() {
        assert!(admits(
            &["reports", "widgets"],
            "a/b other/read widgets/read"
        ));
        assert!(!admits(&["reports", "widgets"], "a/b other/read"));
        assert!(!admits(&[], "widgets/read"));
    }

    #[test]
    fn identifiers_have_a_limited_length_and_alphabet() {
        for identifier in ["a", "!", "https://api.example.com/", &"a".repeat(256)] {
            assert!(is_identifier(identifier), "{identifier}");
        }
        for identifier in [
            "",
            " ",
            "a b",
            "a\"",
            "a\\",
            "\u{e9}",
            "a\u{7f}",
            "a\t",
            &"a".repeat(257),
        ] {
            assert!(
                ResourceServers::new([identifier]).is_err(),
                "{identifier:?}"
            );
        }
    }
}
