use std::fmt;

use crate::error_report::debug_as_report;
use crate::inventory::cognito::place::required_by_clause;

/// A reason why Cognito can't define a scope, or can't issue a token for a rule.
///
/// `required_by` lists the places of the routes that require the scope. The limits are those of
/// [CreateResourceServer] and of [Quotas in Amazon Cognito].
///
/// [CreateResourceServer]: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateResourceServer.html
/// [Quotas in Amazon Cognito]: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScopeFault {
    /// The scope ends with a slash.
    #[error(
        "`{scope}` has no name after its last slash: use `identifier/name`{}",
        required_by_clause(required_by)
    )]
    EmptyName {
        /// The scope.
        scope: String,
        /// The routes that require it.
        required_by: Vec<String>,
    },
    /// The only slash of the scope is its first character.
    #[error(
        "`{scope}` has no identifier of a resource server before its last slash: use `identifier/name`{}",
        required_by_clause(required_by)
    )]
    EmptyIdentifier {
        /// The scope.
        scope: String,
        /// The routes that require it.
        required_by: Vec<String>,
    },
    /// The scope contains characters that are not allowed.
    #[error(
        "{scope:?} is not a scope: use visible ASCII characters other than space, `\"` and `\\`{}",
        required_by_clause(required_by)
    )]
    Characters {
        /// The scope.
        scope: String,
        /// The routes that require it.
        required_by: Vec<String>,
    },
    /// The name of the scope is longer than 256 characters.
    #[error(
        "the name of the scope `{scope}` has {length} characters, but Cognito allows 256{}",
        required_by_clause(required_by)
    )]
    LongName {
        /// The scope.
        scope: String,
        /// The length of its name in characters.
        length: usize,
        /// The routes that require it.
        required_by: Vec<String>,
    },
    /// The identifier of the resource server is longer than 256 characters.
    #[error(
        "the resource server `{identifier}` has an identifier of {length} characters, but Cognito allows 256{}",
        required_by_clause(required_by)
    )]
    LongIdentifier {
        /// The identifier.
        identifier: String,
        /// Its length in characters.
        length: usize,
        /// The routes that require one of its scopes.
        required_by: Vec<String>,
    },
    /// The description of the scope is longer than 256 characters.
    #[error(
        "the description of `{scope}` has {length} characters, but Cognito allows 256: shorten it{}",
        required_by_clause(required_by)
    )]
    LongDescription {
        /// The scope.
        scope: String,
        /// The length of the description in characters.
        length: usize,
        /// The routes that require the scope.
        required_by: Vec<String>,
    },
    /// The scope or its description contains `{{resolve:`, which CloudFormation replaces.
    #[error(
        "`{scope}` or its description contains `{{{{resolve:`, which CloudFormation would replace{}",
        required_by_clause(required_by)
    )]
    DynamicReference {
        /// The scope.
        scope: String,
        /// The routes that require it.
        required_by: Vec<String>,
    },
    /// The resource server has more than 100 scopes.
    #[error(
        "the resource server `{identifier}` has {count} scopes, but Cognito allows 100: move some of them to another resource server{}",
        required_by_clause(required_by)
    )]
    ManyScopes {
        /// The identifier of the resource server.
        identifier: String,
        /// The number of its scopes.
        count: usize,
        /// The routes that require its scopes.
        required_by: Vec<String>,
    },
    /// A rule needs more than 50 scopes, which no app client can have.
    #[error(
        "{} needs at least {count} scopes of one client, but an app client of Cognito can have 50",
        with_method(route, method.as_deref())
    )]
    ManyScopesOfOneClient {
        /// The handler of the route and its place.
        route: String,
        /// The method, if the rule depends on it or the endpoint is known.
        method: Option<String>,
        /// The least number of scopes.
        count: usize,
    },
}

fn with_method(route: &str, method: Option<&str>) -> String {
    match method {
        Some(method) => format!("the rule of {route} for {method}"),
        None => format!("the rule of {route}"),
    }
}

/// The error returned for scopes that Cognito can't define. It lists every fault.
///
/// # Examples
///
/// ```
/// use cognito_m2m::inventory::UserPoolResourceServers;
///
/// let scopes = [("widgets/", "No name"), ("/read", "No identifier")];
/// let faults = UserPoolResourceServers::from_scopes(scopes).unwrap_err();
/// assert_eq!(faults.iter().count(), 2);
/// assert!(faults.to_string().contains("`widgets/` has no name"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ScopeFaults(Vec<ScopeFault>);

debug_as_report!(ScopeFaults);

impl ScopeFaults {
    /// Returns the value if there are no faults.
    pub(super) fn or<T>(faults: Vec<ScopeFault>, value: T) -> Result<T, Self> {
        if faults.is_empty() {
            Ok(value)
        } else {
            Err(Self(faults))
        }
    }

    /// Returns the faults.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &ScopeFault> {
        self.0.iter()
    }
}

impl std::error::Error for ScopeFaults {}

impl fmt::Display for ScopeFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the scopes of the routes don't fit into a Cognito user pool:")?;
        self.0.iter().try_for_each(|fault| write!(f, "\n- {fault}"))
    }
}
