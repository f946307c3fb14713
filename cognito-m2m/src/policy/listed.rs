//! The check of a constant against the scope catalogue, at compile time.
//!
//! An attribute doesn't know the value of a constant, so it expands to a call of [`listed`].

use crate::policy::ScopeRule;

/// Enough for every scope of Cognito: an identifier and a name of 256 characters each.
const MAX_MESSAGE_LENGTH: usize = 640;

/// Returns the rule of a constant.
///
/// The catalogue contains the scopes of each length in one text, which the compiler evaluates faster than a list
/// of all scopes.
///
/// # Panics
///
/// Panics, at compile time, if the catalogue does not contain the scope.
#[must_use]
pub const fn listed(rule: ScopeRule, catalogue: &[(usize, &str)]) -> ScopeRule {
    if let ScopeRule::Scope(scope) = &rule {
        let scope = scope.as_str();
        if !contains(catalogue, scope) {
            fail(scope);
        }
    }
    rule
}

const fn contains(catalogue: &[(usize, &str)], scope: &str) -> bool {
    let mut rest = catalogue;
    while let [(length, scopes), tail @ ..] = rest {
        if *length == scope.len() {
            return is_one_of(scopes.as_bytes(), scope.as_bytes());
        }
        rest = tail;
    }
    false
}

/// Returns `true` if one of the scopes, which have the same length, is this one.
///
/// It compares byte by byte, because calls take the compiler longer when it evaluates a constant.
const fn is_one_of(mut scopes: &[u8], scope: &[u8]) -> bool {
    let mut expected = scope;
    let mut is_equal = true;
    while let ([byte, scopes_tail @ ..], [first, expected_tail @ ..]) = (scopes, expected) {
        is_equal = is_equal && *byte == *first;
        (scopes, expected) = (scopes_tail, expected_tail);
        if expected.is_empty() {
            if is_equal {
                return true;
            }
            (expected, is_equal) = (scope, true);
        }
    }
    false
}

#[expect(clippy::panic, reason = "it is a compile error of the constant")]
const fn fail(scope: &str) {
    let mut buffer = [0; MAX_MESSAGE_LENGTH];
    let rest = append(&mut buffer, "the scope \"");
    let rest = append(rest, scope);
    let rest = append(rest, "\" is not in cognito-scopes.json").len();
    let (message, _) = buffer.split_at(MAX_MESSAGE_LENGTH.saturating_sub(rest));
    match str::from_utf8(message) {
        Ok(message) => panic!("{}", message),
        Err(_) => panic!("the scope is not in cognito-scopes.json"),
    }
}

/// Writes a text, if it fits, and returns the rest of the buffer.
const fn append<'b>(buffer: &'b mut [u8], text: &str) -> &'b mut [u8] {
    if buffer.len() < text.len() {
        return buffer;
    }
    let (start, rest) = buffer.split_at_mut(text.len());
    start.copy_from_slice(text.as_bytes());
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::Scope;

    const CATALOGUE: &[(usize, &str)] = &[(12, "widgets/readwidgets/list"), (13, "widgets/write")];

    #[test]
    fn listed_scope_is_returned_unchanged() {
        for scope in ["widgets/read", "widgets/list", "widgets/write"] {
            let rule = || ScopeRule::Scope(Scope::from_static(scope));
            assert_eq!(listed(rule(), CATALOGUE), rule());
        }
    }

    #[test]
    fn only_whole_scopes_are_listed() {
        for scope in [
            "",
            "idgets/readw",
            "widgets/readwidgets/list",
            "widgets/rea",
        ] {
            assert!(!contains(CATALOGUE, scope), "{scope}");
        }
    }

    #[test]
    #[should_panic(expected = "the scope \"widgets/raed\" is not in cognito-scopes.json")]
    fn scope_that_is_not_listed_panics_with_its_text() {
        let rule = ScopeRule::Scope(Scope::from_static("widgets/raed"));
        drop(listed(rule, CATALOGUE));
    }

    #[test]
    #[should_panic(expected = "is not in cognito-scopes.json")]
    fn scope_that_is_too_long_for_the_message_panics_too() {
        let scope = Scope::new("a".repeat(1000)).expect("a valid scope");
        drop(listed(ScopeRule::Scope(scope), CATALOGUE));
    }
}
