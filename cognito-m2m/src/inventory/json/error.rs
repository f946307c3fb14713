use crate::error_report::debug_as_report;
use crate::inventory::json::version::VERSION;
use crate::policy::InvalidQualifiedClientId;
use crate::scope::InvalidScope;

/// The error returned for text that is not the JSON of an [`Inventory`](crate::inventory::Inventory).
///
/// Paths of members are those of `jq`, such as `.routes[0].access`.
///
/// # Examples
///
/// ```
/// use cognito_m2m::inventory::Inventory;
///
/// let error = Inventory::from_json(r#"{"version": 2}"#).unwrap_err();
/// assert!(error.to_string().contains("reads version 1"));
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum InvalidInventory {
    /// The text is not JSON.
    #[error("the inventory is not JSON")]
    Json(#[source] serde_json::Error),
    /// The document has another version.
    #[error(
        "the inventory has version {found}, but this release of cognito-m2m reads version {VERSION}: write the file anew, or use the release that wrote it"
    )]
    Version {
        /// The version of the document, as JSON.
        found: String,
    },
    /// A required member is absent.
    #[error("the inventory has no member `{path}`")]
    MissingMember {
        /// The path of the member.
        path: String,
    },
    /// A member occurs twice in an object.
    #[error("the inventory has the member `{path}` twice")]
    DuplicateMember {
        /// The path of the member.
        path: String,
    },
    /// A value is not one that the format allows.
    #[error("invalid inventory: expected {expected} at `{path}`, found {found}")]
    Value {
        /// The path of the value.
        path: String,
        /// What the format allows.
        expected: &'static str,
        /// The value in the document, which may be shortened.
        found: String,
    },
    /// A scope is invalid.
    #[error("invalid scope at `{path}` of the inventory")]
    Scope {
        /// The path of the scope.
        path: String,
        /// The reason.
        #[source]
        source: InvalidScope,
    },
    /// A client ID is invalid.
    #[error("invalid client ID at `{path}` of the inventory")]
    ClientId {
        /// The path of the client ID.
        path: String,
        /// The reason.
        #[source]
        source: InvalidQualifiedClientId,
    },
    /// A rule is nested more deeply than this crate reads.
    #[error("the rule at `{path}` of the inventory is nested too deeply")]
    Depth {
        /// The path of the innermost rule that was read.
        path: String,
    },
}

debug_as_report!(InvalidInventory);
