use crate::error_report::debug_as_report;
use crate::scope::InvalidScope;

/// The error returned for a document that [`ExistingUserPool`](crate::inventory::ExistingUserPool) can't use.
///
/// # Examples
///
/// ```
/// use cognito_m2m::inventory::ExistingUserPool;
///
/// let incomplete = r#"{ "ResourceServers": [], "NextToken": "abc" }"#;
/// let error = ExistingUserPool::default().with_json(incomplete).unwrap_err();
/// assert!(error.to_string().contains("the list is incomplete"));
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum InvalidUserPoolDocument {
    /// The text is not JSON.
    #[error("the document is not JSON")]
    Json(#[from] serde_json::Error),
    /// The text is empty.
    #[error("the document is empty")]
    Empty,
    /// The document is JSON of another kind.
    #[error(
        "{place}: expected the output of `list-resource-servers`, `describe-resource-server` or `describe-user-pool-client` of `aws cognito-idp`, or a list of scopes"
    )]
    Kind {
        /// The place in the document.
        place: String,
    },
    /// The output of `aws cognito-idp list-user-pool-clients`, which lacks the scopes of the clients.
    #[error(
        "the output of `list-user-pool-clients` has no scopes: use that of `describe-user-pool-client` for each client"
    )]
    ClientsWithoutScopes,
    /// A member is absent or has another type.
    #[error("{place}: expected {expected}")]
    Member {
        /// The place of the member, such as `.ResourceServers[0].Identifier`.
        place: String,
        /// The expected value.
        expected: &'static str,
    },
    /// A scope has characters that are not allowed.
    #[error("invalid scope at {place}")]
    Scope {
        /// The place of the scope.
        place: String,
        /// The reason.
        source: InvalidScope,
    },
    /// The list has a `NextToken`, so it lacks the resource servers of the next page.
    #[error(
        "the list is incomplete, since it has a `NextToken`: run `aws cognito-idp list-resource-servers` without `--no-paginate` and `--max-items`"
    )]
    Incomplete,
    /// The documents describe several user pools.
    #[error(
        "the documents describe the user pools `{first}` and `{second}`: use those of one user pool"
    )]
    SeveralUserPools {
        /// The user pool of the first document.
        first: String,
        /// Another user pool.
        second: String,
    },
}

debug_as_report!(InvalidUserPoolDocument);
