//! OAuth scopes: a single scope, and the set of scopes that a token grants.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::error_report::debug_as_report;

/// A valid scope (`scope-token` of RFC 6749 section 3.3).
///
/// # Examples
///
/// ```
/// use cognito_m2m::scope::Scope;
///
/// let read = Scope::new("widgets/read")?;
/// assert_eq!(read.as_str(), "widgets/read");
/// assert!(Scope::new("two words").is_err());
/// # Ok::<(), cognito_m2m::scope::InvalidScope>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope(Cow<'static, str>);

impl Scope {
    /// Checks that a string is a valid scope, and returns it as a `Scope`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidScope`] if the string is empty or contains a character that RFC 6749
    /// section 3.3 does not allow.
    pub fn new(scope: impl Into<Cow<'static, str>>) -> Result<Self, InvalidScope> {
        let scope = scope.into();
        if is_scope_token(&scope) {
            Ok(Self(scope))
        } else {
            Err(InvalidScope {
                scope: scope.into_owned(),
            })
        }
    }

    /// Creates a scope from a string literal, which is checked at compile time in a constant.
    ///
    /// # Panics
    ///
    /// Panics if the text is empty or contains a character that RFC 6749 section 3.3 does not
    /// allow. In a constant, that is a compile error.
    ///
    /// # Examples
    ///
    /// ```
    /// use cognito_m2m::scope::Scope;
    ///
    /// const READ: Scope = Scope::from_static("widgets/read");
    /// ```
    #[must_use]
    pub const fn from_static(scope: &'static str) -> Self {
        assert!(
            is_scope_token(scope),
            "a scope consists of one or more visible ASCII characters other than space, `\"` and `\\` (RFC 6749 section 3.3)"
        );
        Self(Cow::Borrowed(scope))
    }

    /// Returns a copy of the scope in a constant.
    pub(crate) const fn from_constant(scope: &'static Self) -> Self {
        Self(Cow::Borrowed(scope.as_str()))
    }

    /// Returns the scope as text.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        match &self.0 {
            Cow::Borrowed(text) => text,
            Cow::Owned(text) => text.as_str(),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Scope {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// The error returned for text that is not a valid OAuth scope.
///
/// It is also an Actix error, so a handler can return it with `?` from `Policy::scopes(..)`. The
/// response is then 500 without details, and the error is logged.
///
/// # Examples
///
/// ```
/// use cognito_m2m::scope::Scope;
///
/// let error = Scope::new("two words").unwrap_err();
/// assert!(error.to_string().contains("is not a scope"));
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{scope:?} is not a scope: use one or more visible ASCII characters other than space, `\"` and `\\` (RFC 6749 section 3.3)"
)]
pub struct InvalidScope {
    scope: String,
}

debug_as_report!(InvalidScope);

/// Returns `true` for `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )` (RFC 6749 section 3.3).
pub(crate) const fn is_scope_token(text: &str) -> bool {
    let mut rest = text.as_bytes();
    if rest.is_empty() {
        return false;
    }
    while let [byte, tail @ ..] = rest {
        if !matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E) {
            return false;
        }
        rest = tail;
    }
    true
}

/// The scopes of a token, sorted and without duplicates.
///
/// # Examples
///
/// ```
/// use cognito_m2m::scope::ScopeSet;
///
/// let granted = ScopeSet::parse("widgets/write widgets/read");
/// assert!(granted.contains("widgets/read"));
/// assert!(!granted.contains("widgets"));
/// assert_eq!(granted.iter().next(), Some("widgets/read"));
/// assert_eq!(granted.len(), 2);
/// assert!(!granted.is_empty());
/// assert_eq!(granted.to_string(), "widgets/read widgets/write");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ScopeSet {
    // One text and its spans, not a string per scope: the spans of 50 scopes take 400 bytes.
    text: Box<str>,
    spans: Box<[(u32, u32)]>,
}

impl ScopeSet {
    /// Parses the value of a `scope` claim: scopes separated by U+0020 (RFC 6749 section 3.3).
    ///
    /// Other whitespace does not separate scopes. It becomes part of a scope, which is then not a
    /// valid [`Scope`] and matches no requirement.
    #[must_use]
    pub fn parse(scope: &str) -> Self {
        let spaces = scope.bytes().filter(|byte| *byte == b' ').count();
        let mut spans = Vec::with_capacity(spaces.saturating_add(1));
        let mut start = 0_usize;
        for part in scope.split(' ') {
            let end = start.saturating_add(part.len());
            // Scopes beyond 4 GiB, the range of a u32, are ignored.
            if let (false, Ok(from), Ok(to)) =
                (part.is_empty(), u32::try_from(start), u32::try_from(end))
            {
                spans.push((from, to));
            }
            start = end.saturating_add(1);
        }
        spans.sort_unstable_by_key(|&span| slice(scope, span));
        spans.dedup_by_key(|span| slice(scope, *span));
        Self {
            text: scope.into(),
            spans: spans.into(),
        }
    }

    /// Returns `true` if the set contains this scope. The comparison is exact and case-sensitive.
    #[inline]
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        if self.spans.len() <= MAX_LINEAR_SEARCH {
            // Most scopes differ in their lengths, so that few texts are compared.
            let text = self.text.as_bytes();
            let is_same = |&(from, to): &(u32, u32)| {
                to.wrapping_sub(from) as usize == scope.len()
                    && text.get(from as usize..to as usize) == Some(scope.as_bytes())
            };
            return self.spans.iter().any(is_same);
        }
        self.spans
            .binary_search_by_key(&scope, |&span| slice(&self.text, span))
            .is_ok()
    }

    /// Returns the scopes, sorted by their bytes.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.spans.iter().map(|&span| slice(&self.text, span))
    }

    /// Returns the number of distinct scopes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Returns `true` if the set contains no scope.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }
}

/// The number of scopes up to which a linear search is faster than a binary one.
const MAX_LINEAR_SEARCH: usize = 8;

fn slice(text: &str, (from, to): (u32, u32)) -> &str {
    text.get(from as usize..to as usize).unwrap_or_default()
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, scope) in self.iter().enumerate() {
            if position > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope)?;
        }
        Ok(())
    }
}

impl fmt::Debug for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for ScopeSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_spaces_separate_scopes() {
        for text in ["a\tb", "a\nb", "a,b", "a\u{a0}b", "a\u{3000}b", "a\u{b}b"] {
            let scopes = ScopeSet::parse(text);
            assert_eq!(scopes.len(), 1, "{text:?}");
            assert!(!scopes.contains("a"), "{text:?}");
        }
    }

    #[test]
    fn duplicates_and_extra_spaces_are_ignored() {
        let scopes = ScopeSet::parse("  b a  b ");
        assert_eq!(scopes.iter().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn scopes_are_compared_exactly() {
        let scopes = ScopeSet::parse("api/* Api/Read");
        assert!(!scopes.contains("api/read"));
        assert!(!scopes.contains("api/write"));
        assert!(!scopes.contains(""));
    }

    #[test]
    fn a_scope_has_only_the_characters_of_rfc_6749() {
        for text in ["", " ", "a b", "a\"", "a\\", "é", "a\u{7f}"] {
            assert!(Scope::new(text.to_owned()).is_err(), "{text:?}");
        }
        assert!(Scope::new("https://api.example/widgets.read!~[]").is_ok());
    }
}
