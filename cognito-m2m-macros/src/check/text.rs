//! The same rules that the runtime crate keeps for texts from elsewhere, with advice.

use crate::errors::Errors;
use crate::model::Text;

/// `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`, RFC 6749 section 3.3.
pub(crate) fn scope(text: &Text, errors: &mut Errors) {
    let Text::Literal(literal) = text else {
        return;
    };
    let value = literal.value();
    let allowed = |c: char| matches!(c, '\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E');
    let message = match value.chars().find(|&c| !allowed(c)) {
        None if value.is_empty() => "a scope is not empty".to_owned(),
        None => return,
        Some(c) if c.is_whitespace() => match value.trim() {
            "" => "a scope is not blank".to_owned(),
            trimmed if trimmed.contains(char::is_whitespace) => format!(
                "a scope holds no blanks; several scopes are several arguments: `{}`",
                quoted_words(trimmed)
            ),
            trimmed => format!("a scope holds no blanks: `\"{trimmed}\"`"),
        },
        Some(c) => format!("a scope holds no {c:?} (RFC 6749, section 3.3)"),
    };
    errors.report(literal.span(), message);
}

/// A client id in the syntax of Cognito and its stand-ins, or `pool:client_id`.
pub(crate) fn client(text: &Text, errors: &mut Errors) {
    let Text::Literal(literal) = text else {
        return;
    };
    let value = literal.value();
    let (pool, id) = match value.split_once(':') {
        Some((pool, id)) => (Some(pool), id),
        None => (None, value.as_str()),
    };
    let named = |part: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_+.-".contains(&byte);
        (1..=128).contains(&part.len()) && part.bytes().all(plain)
    };
    if !named(id) || !pool.is_none_or(named) {
        errors.report(
            literal.span(),
            "a client is named by 1 to 128 characters of `A-Za-z0-9_+.-`, or by `pool:client_id`",
        );
    }
}

pub(crate) fn client_group(text: &Text, errors: &mut Errors) {
    if let Text::Literal(literal) = text
        && literal.value().trim().is_empty()
    {
        let message = "a group has a name: that of a list in the setting `client_groups`";
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
