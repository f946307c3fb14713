use std::fmt;

use crate::inventory::cognito::place::required_by_clause;

/// A problem with the scopes that does not prevent the output.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScopeWarning {
    /// A scope without a slash, such as `openid`, which no resource server can define. The documents leave
    /// it out.
    NotCustom {
        /// The scope.
        scope: String,
        /// The routes that require it.
        required_by: Vec<String>,
    },
    /// More than 25 resource servers, the default quota of a user pool, which AWS can raise («[Quotas in
    /// Amazon Cognito]»).
    ///
    /// [Quotas in Amazon Cognito]: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html
    ManyResourceServers {
        /// The number of resource servers.
        count: usize,
    },
    /// An existing scope of one of the resource servers that the output lacks, so that applying the output
    /// deletes it.
    RemovedScope {
        /// The scope.
        scope: String,
    },
}

impl fmt::Display for ScopeWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCustom { scope, required_by } => write!(
                f,
                "`{scope}` has no slash, so no resource server can define it and no app client can request it with the client-credentials grant{}",
                required_by_clause(required_by)
            ),
            Self::ManyResourceServers { count } => write!(
                f,
                "there are {count} resource servers, but the default quota of a user pool is 25: request a higher quota"
            ),
            Self::RemovedScope { scope } => write!(
                f,
                "applying the output deletes the existing scope `{scope}`, which no rule requires: define it with `scopes!` to keep it"
            ),
        }
    }
}
