//! How several required scopes combine.

/// The choice between requiring all of several scopes and requiring any of them.
///
/// # Examples
///
/// ```
/// use cognito_m2m::ScopeMatch;
///
/// assert_eq!(ScopeMatch::default(), ScopeMatch::All);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScopeMatch {
    /// Every scope is required.
    #[default]
    All,
    /// One of the scopes is sufficient.
    Any,
}
