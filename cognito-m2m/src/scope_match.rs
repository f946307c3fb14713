//! How several required scopes combine.

/// The rule for several required scopes: a token must grant all of them, or any of them.
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
