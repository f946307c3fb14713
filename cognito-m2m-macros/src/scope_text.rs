//! The characters of scopes.

/// The scopes that every user pool has, without a resource server.
pub(crate) const STANDARD_SCOPES: [&str; 5] = [
    "openid",
    "email",
    "phone",
    "profile",
    "aws.cognito.signin.user.admin",
];

/// Returns the first character that `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )` does not allow (RFC 6749
/// section 3.3).
pub(crate) fn invalid_character(scope: &str) -> Option<char> {
    let is_allowed = |c: char| matches!(c, '\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E');
    scope.chars().find(|&c| !is_allowed(c))
}

/// Returns `true` for a valid scope.
pub(crate) fn is_scope(text: &str) -> bool {
    !text.is_empty() && invalid_character(text).is_none()
}
