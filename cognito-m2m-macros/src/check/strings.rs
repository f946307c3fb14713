//! Checks of string literals.
//!
//! The value of a constant is unknown when an attribute expands, so the runtime crate checks it, by
//! the same rules. For literals, the messages here can also suggest a correction.

use crate::errors::Errors;
use crate::model::ConstStr;

/// Checks `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )` (RFC 6749 section 3.3).
pub(crate) fn check_scope(scope: &ConstStr, errors: &mut Errors) {
    let ConstStr::Literal(literal) = scope else {
        return;
    };
    let value = literal.value();
    let is_allowed = |c: char| matches!(c, '\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E');
    let message = match value.chars().find(|&c| !is_allowed(c)) {
        None if value.is_empty() => "a scope must not be empty".to_owned(),
        None => return,
        Some(c) if c.is_whitespace() => match value.trim() {
            "" => "a scope must not be blank".to_owned(),
            trimmed if trimmed.contains(char::is_whitespace) => format!(
                "a scope must not contain whitespace; pass several scopes as separate arguments: \
                 `{}`",
                quoted_words(trimmed)
            ),
            trimmed => format!("a scope must not contain whitespace: write `\"{trimmed}\"`"),
        },
        Some(c) => format!("a scope must not contain {c:?} (RFC 6749 section 3.3)"),
    };
    errors.report(literal.span(), message);
}

/// Checks `client_id` or `pool:client_id`.
///
/// Cognito's client IDs consist of lower-case letters and digits. Those of local emulators can contain
/// a few more characters.
pub(crate) fn check_client(client: &ConstStr, errors: &mut Errors) {
    let ConstStr::Literal(literal) = client else {
        return;
    };
    let value = literal.value();
    let (pool, id) = match value.split_once(':') {
        Some((pool, id)) => (Some(pool), id),
        None => (None, value.as_str()),
    };
    let is_valid = |part: &str| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+.-".contains(&byte);
        (1..=128).contains(&part.len()) && part.bytes().all(is_allowed)
    };
    if !is_valid(id) || !pool.is_none_or(is_valid) {
        errors.report(
            literal.span(),
            "expected `client_id` or `pool:client_id`, where each part has 1 to 128 characters of \
             `A-Za-z0-9_+.-`",
        );
    }
}

/// Checks the name of a client group, which the settings define.
pub(crate) fn check_client_group(group: &ConstStr, errors: &mut Errors) {
    if let ConstStr::Literal(literal) = group
        && literal.value().trim().is_empty()
    {
        let message = "expected the name of a list in the setting `client_groups`";
        errors.report(literal.span(), message);
    }
}

fn quoted_words(text: &str) -> String {
    let words: Vec<_> = text
        .split_whitespace()
        .map(|word| format!("{word:?}"))
        .collect();
    words.join(", ")
}
