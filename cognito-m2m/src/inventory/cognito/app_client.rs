use std::collections::BTreeSet;
use std::fmt;

/// An app client of a user pool, as `aws cognito-idp describe-user-pool-client` describes it.
///
/// The fields are members of [`UserPoolClientType`]. The secret is not kept.
///
/// [`UserPoolClientType`]: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolClientType.html
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct AppClient {
    /// The client ID.
    pub id: String,
    /// The name of the client, if the description has one.
    pub name: Option<String>,
    /// The scopes that the client may request (`AllowedOAuthScopes`).
    pub scopes: BTreeSet<String>,
    /// `true` if the client may use the client-credentials grant.
    pub client_credentials: bool,
}

impl AppClient {
    /// Returns the custom scopes, the only ones that a client-credentials token has.
    pub(super) fn custom_scopes(&self) -> impl Iterator<Item = &str> {
        let scopes = self.scopes.iter().map(String::as_str);
        scopes.filter(|scope| scope.contains('/'))
    }
}

impl fmt::Display for AppClient {
    /// Writes the ID, and the name in parentheses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)?;
        match &self.name {
            Some(name) => write!(f, " ({name})"),
            None => Ok(()),
        }
    }
}
