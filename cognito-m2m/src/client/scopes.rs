use std::fmt;
use std::sync::Arc;

use crate::scope::{InvalidScope, Scope};

/// The scopes of a token request: valid, sorted, and without duplicates.
///
/// Every type that implements [`IntoScopes`] converts to it. To avoid checking the scopes on each
/// call, convert them once and pass a reference.
///
/// # Examples
///
/// ```
/// use cognito_m2m::client::RequestedScopes;
///
/// let scopes = RequestedScopes::new("widgets/write widgets/read widgets/write")?;
/// assert_eq!(scopes, RequestedScopes::new(["widgets/read", "widgets/write"])?);
/// assert_eq!(scopes.as_str(), "widgets/read widgets/write");
/// assert_eq!(scopes.iter().count(), 2);
/// # Ok::<(), cognito_m2m::scope::InvalidScope>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct RequestedScopes(Arc<str>);

impl RequestedScopes {
    /// Creates a sorted set of scopes, or returns an error if one is invalid.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidScope`] if a scope is empty or has a character that RFC 6749 section 3.3
    /// does not allow.
    pub fn new(scopes: impl IntoScopes) -> Result<Self, InvalidScope> {
        scopes.into_scopes()
    }

    pub(super) fn from_scope_tokens<S: AsRef<str>>(
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Self, InvalidScope> {
        let scopes = scopes.into_iter();
        let mut checked = scopes
            .map(|scope| Scope::new(scope.as_ref().to_owned()))
            .collect::<Result<Vec<_>, _>>()?;
        checked.sort_unstable();
        checked.dedup();
        let texts: Vec<&str> = checked.iter().map(Scope::as_str).collect();
        Ok(Self(texts.join(" ").into()))
    }

    /// Returns the value of the `scope` parameter, empty if no scope is requested.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the scopes in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ').filter(|scope| !scope.is_empty())
    }

    /// Returns `true` if no scope is requested.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for RequestedScopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl fmt::Display for RequestedScopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A conversion into the scopes of a token request.
///
/// It is implemented for a string with spaces between the scopes, a [`Scope`], lists of strings or
/// scopes, and [`RequestedScopes`]. Order and duplicates don't matter.
///
/// `()`, an empty string and an empty list stand for the configured scopes of the
/// [`TokenClient`](super::TokenClient). Without configured scopes, Cognito grants all scopes of the
/// app client.
///
/// # Examples
///
/// ```
/// use cognito_m2m::client::RequestedScopes;
/// use cognito_m2m::scope::Scope;
///
/// const READ: Scope = Scope::from_static("widgets/read");
/// const WRITE: &str = "widgets/write";
///
/// let from_text = RequestedScopes::new("widgets/read widgets/write")?;
/// assert_eq!(RequestedScopes::new([READ.as_str(), WRITE])?, from_text);
/// assert_eq!(RequestedScopes::new([READ])?, RequestedScopes::new(READ)?);
/// assert!(RequestedScopes::new(())?.is_empty());
/// # Ok::<(), cognito_m2m::scope::InvalidScope>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be converted to scopes",
    note = "pass \"a b\", [\"a\", \"b\"], a `Scope`, a list of them, or `()` for the configured scopes"
)]
pub trait IntoScopes {
    /// Converts to [`RequestedScopes`], or returns an error if a scope is invalid.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidScope`] if a scope is empty or has a character that RFC 6749 section 3.3
    /// does not allow.
    fn into_scopes(self) -> Result<RequestedScopes, InvalidScope>;
}

impl IntoScopes for () {
    fn into_scopes(self) -> Result<RequestedScopes, InvalidScope> {
        Ok(RequestedScopes::default())
    }
}

impl IntoScopes for RequestedScopes {
    fn into_scopes(self) -> Result<RequestedScopes, InvalidScope> {
        Ok(self)
    }
}

impl IntoScopes for &RequestedScopes {
    fn into_scopes(self) -> Result<RequestedScopes, InvalidScope> {
        Ok(self.clone())
    }
}

impl IntoScopes for &str {
    fn into_scopes(self) -> Result<RequestedScopes, InvalidScope> {
        RequestedScopes::from_scope_tokens(self.split_ascii_whitespace())
    }
}

impl IntoScopes for &String {
    fn into_scopes(self) -> Result<RequestedScopes, InvalidScope> {
        self.as_str().into_scopes()
    }
}

impl IntoScopes for String {
    fn into_scopes(self) -> Result<RequestedScopes, InvalidScope> {
        self.as_str().into_scopes()
    }
}

impl IntoScopes for Scope {
    fn into_scopes(self) -> Result<RequestedScopes, InvalidScope> {
        RequestedScopes::from_scope_tokens([self])
    }
}

impl IntoScopes for &Scope {
    fn into_scopes(self) -> Result<RequestedScopes, InvalidScope> {
        RequestedScopes::from_scope_tokens([self])
    }
}

impl<S: AsRef<str>> IntoScopes for &[S] {
    fn into_scopes(self) -> Result<RequestedScopes, InvalidScope> {
        RequestedScopes::from_scope_tokens(self)
    }
}

impl<S: AsRef<str>, const N: usize> IntoScopes for [S; N] {
    fn into_scopes(self) -> Result<RequestedScopes, InvalidScope> {
        RequestedScopes::from_scope_tokens(self)
    }
}

impl<S: AsRef<str>, const N: usize> IntoScopes for &[S; N] {
    fn into_scopes(self) -> Result<RequestedScopes, InvalidScope> {
        RequestedScopes::from_scope_tokens(self)
    }
}

impl<S: AsRef<str>> IntoScopes for Vec<S> {
    fn into_scopes(self) -> Result<RequestedScopes, InvalidScope> {
        RequestedScopes::from_scope_tokens(self)
    }
}

impl<S: AsRef<str>> IntoScopes for &Vec<S> {
    fn into_scopes(self) -> Result<RequestedScopes, InvalidScope> {
        RequestedScopes::from_scope_tokens(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_duplicates_and_whitespace_do_not_matter() {
        let expected = RequestedScopes::new(["a", "b"]).unwrap();
        for text in ["a b", " b  a ", "b a b a", "a\n b\t"] {
            assert_eq!(RequestedScopes::new(text).unwrap(), expected, "{text:?}");
        }
        assert_eq!(RequestedScopes::new(vec!["b", "a", "b"]).unwrap(), expected);
        assert_eq!(RequestedScopes::new(&["b", "a"][..]).unwrap(), expected);
    }

    #[test]
    fn item_of_a_list_must_be_one_scope() {
        for scope in ["a b", "", "a\"", "é"] {
            assert!(RequestedScopes::new([scope]).is_err(), "{scope:?}");
        }
    }
}
