//! Checks of string literals.
//!
//! The value of a constant is unknown when an attribute expands, so the runtime crate checks it, by
//! the same rules. For literals, the messages here can also suggest a correction.

use crate::errors::Errors;
use crate::model::ConstStr;
use crate::scope_text::invalid_character;

/// Characters that separate several scopes in other systems. A scope may contain them.
const SEPARATORS: [char; 4] = [',', ';', '|', '&'];

/// Checks the characters of a scope (RFC 6749 section 3.3).
pub(crate) fn check_scope(scope: &ConstStr, errors: &mut Errors) {
    if let ConstStr::Literal(literal) = scope
        && let Some(mistake) = scope_mistake(&literal.value())
    {
        errors.report(literal.span(), mistake);
    }
}

/// Returns the message about a literal that is not a scope.
pub(crate) fn scope_mistake(value: &str) -> Option<String> {
    match invalid_character(value) {
        None if value.is_empty() => Some("a scope must not be empty".to_owned()),
        None => several_scopes(value),
        Some(c) if c.is_whitespace() => Some(match value.trim() {
            "" => "a scope must not be blank".to_owned(),
            trimmed if trimmed.contains(char::is_whitespace) => format!(
                "a scope must not contain whitespace; write a literal for each scope: `{}`",
                quoted(&words(trimmed))
            ),
            trimmed => format!("a scope must not contain whitespace: write `\"{trimmed}\"`"),
        }),
        Some(c) => Some(format!(
            "a scope must not contain {c:?} (RFC 6749 section 3.3)"
        )),
    }
}

/// Returns the message for a literal that contains several scopes with separators between them.
///
/// A custom scope is the identifier of a resource server, a slash and a name without a slash. So a
/// separator between two slashes is hardly part of a single scope.
fn several_scopes(value: &str) -> Option<String> {
    let has_slash = |part: &str| part.contains('/');
    let separator = SEPARATORS.into_iter().find(|&separator| {
        let parts = value.split_once(separator);
        parts.is_some_and(|(before, after)| has_slash(before) && has_slash(after))
    })?;
    let parts: Vec<_> = value
        .split(separator)
        .filter(|part| !part.is_empty())
        .collect();
    let scopes = quoted(&parts);
    let scopes = match separator {
        '|' => format!("any({scopes})"),
        '&' => format!("all({scopes})"),
        _ => scopes,
    };
    Some(format!(
        "a literal is a single scope: write `{scopes}`, or if one scope contains `{separator}`, define a \
         constant for it"
    ))
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
        let advice = match words(&value).as_slice() {
            [] => String::new(),
            [single] if *single == value => String::new(),
            ids => format!(": write `{}`", quoted(ids)),
        };
        let message = format_args!(
            "expected `client_id` or `pool:client_id`, where each part has 1 to 128 characters of \
             `A-Za-z0-9_+.-`{advice}"
        );
        errors.report(literal.span(), message);
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

/// Splits a text at whitespace and separators.
fn words(text: &str) -> Vec<&str> {
    let is_separator = |c: char| c.is_whitespace() || SEPARATORS.contains(&c);
    text.split(is_separator)
        .filter(|word| !word.is_empty())
        .collect()
}

fn quoted(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("{word:?}")).collect();
    words.join(", ")
}
