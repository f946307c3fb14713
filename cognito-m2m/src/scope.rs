//! OAuth scopes: one that a handler asks for, and the set that a token carries.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

/// One scope token, checked against RFC 6749 section 3.3.
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
    /// Checks a scope.
    ///
    /// # Errors
    ///
    /// [`InvalidScope`] when it is empty or holds a character outside of RFC 6749 section 3.3.
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

    /// Checks a scope while compiling.
    ///
    /// # Panics
    ///
    /// When the scope is empty or holds a character outside of RFC 6749 section 3.3: in a
    /// constant, this is a compile error.
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
            "a scope is one or more visible ASCII characters without blanks, `\"` and `\\` (RFC 6749, section 3.3)"
        );
        Self(Cow::Borrowed(scope))
    }

    /// The scope as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
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

/// A text that is no scope.
///
/// # Examples
///
/// ```
/// use cognito_m2m::scope::Scope;
///
/// let error = Scope::new("two words").unwrap_err();
/// assert!(error.to_string().contains("is not a scope"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{scope:?} is not a scope: write one or more visible ASCII characters without blanks, `\"` and `\\` (RFC 6749, section 3.3)"
)]
pub struct InvalidScope {
    scope: String,
}

/// `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`, RFC 6749 section 3.3.
const fn is_scope_token(text: &str) -> bool {
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

/// Whether all or any of several scopes must be there.
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
    /// Every scope must be there.
    #[default]
    All,
    /// One scope is enough.
    Any,
}

/// The scopes of a token: sorted, each once, compared exactly.
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
    // One text and small spans instead of a string each: 50 scopes cost 400 bytes beside the text.
    text: Box<str>,
    spans: Box<[(u32, u32)]>,
}

impl ScopeSet {
    /// Reads the value of a `scope` claim, split on U+0020 only (RFC 6749 section 3.3).
    ///
    /// Other blanks do not separate: such a text is one scope that no handler can ask for.
    #[must_use]
    pub fn parse(scope: &str) -> Self {
        let spaces = scope.bytes().filter(|byte| *byte == b' ').count();
        let mut spans = Vec::with_capacity(spaces.saturating_add(1));
        let mut start = 0_usize;
        for part in scope.split(' ') {
            let end = start.saturating_add(part.len());
            // A token of at most 4 GiB is all that a u32 can describe; the rest grants nothing.
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

    /// Whether the set holds exactly this scope.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.spans
            .binary_search_by_key(&scope, |&span| slice(&self.text, span))
            .is_ok()
    }

    /// The scopes in alphabetical order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.spans.iter().map(|&span| slice(&self.text, span))
    }

    /// How many different scopes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is no scope at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }
}

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
    fn only_the_space_separates() {
        for text in ["a\tb", "a\nb", "a,b", "a\u{a0}b", "a\u{3000}b", "a\u{b}b"] {
            let scopes = ScopeSet::parse(text);
            assert_eq!(scopes.len(), 1, "{text:?}");
            assert!(!scopes.contains("a"), "{text:?}");
        }
    }

    #[test]
    fn duplicates_and_extra_spaces_count_once() {
        let scopes = ScopeSet::parse("  b a  b ");
        assert_eq!(scopes.iter().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn comparison_is_exact() {
        let scopes = ScopeSet::parse("api/* Api/Read");
        assert!(!scopes.contains("api/read"));
        assert!(!scopes.contains("api/write"));
        assert!(!scopes.contains(""));
    }

    #[test]
    fn scope_characters_are_those_of_rfc_6749() {
        for text in ["", " ", "a b", "a\"", "a\\", "é", "a\u{7f}"] {
            assert!(Scope::new(text.to_owned()).is_err(), "{text:?}");
        }
        assert!(Scope::new("https://api.example/widgets.read!~[]").is_ok());
    }
}
