//! Arguments whose `=` was replaced by another notation, such as `GET: "a"` and `GET("a")`.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Token, parenthesized, token};

use crate::errors::Errors;
use crate::kind::Kind;
use crate::value::{Pair, Value, members, parse_key};

/// The notation in place of `=`.
enum Notation {
    /// `:`, `=>` or `==`.
    Separator(&'static str),
    /// `key(..)`
    Parentheses,
    /// `key "value"`
    Nothing,
    /// The key alone, without a value.
    Alone,
}

/// Returns `true` if a single `=` is next, and not `==` or `=>`.
pub(crate) fn peek_equals(input: ParseStream<'_>) -> bool {
    input.peek(Token![=]) && !input.peek(Token![==]) && !input.peek(Token![=>])
}

/// Reports an argument in another notation than `key = value`, and parses it as one.
///
/// Returns `None` and consumes nothing if the input starts with something else.
pub(crate) fn parse(
    kind: Kind,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<Option<Option<Pair>>> {
    let ahead = input.fork();
    let Some(key) = parse_key(&ahead) else {
        return Ok(None);
    };
    let Some(notation) = notation(&ahead) else {
        return Ok(None);
    };
    if !is_mistyped(kind, &key.text, &notation) {
        return Ok(None);
    }
    let expected = expected(kind, &key.text);
    let name = &key.text;
    parse_key(input);
    let value = match notation {
        Notation::Separator(separator) => {
            let message = format_args!("{expected}: write `=` instead of `{separator}`");
            errors.report(input.span(), message);
            skip_separator(input)?;
            Some(input.parse()?)
        }
        Notation::Nothing => {
            let message = format_args!("{expected}: write `=` after `{name}`");
            errors.report(key.span, message);
            Some(input.parse()?)
        }
        Notation::Parentheses => {
            let message = format_args!("{expected}: write `{name} = ..` instead of `{name}(..)`");
            errors.report(key.span, message);
            parse_parenthesized(input)?
        }
        Notation::Alone => {
            errors.report(key.span, expected);
            None
        }
    };
    Ok(Some(value.map(|value| Pair { key, value })))
}

/// Returns the message for a value without a key, if the attribute accepts none.
pub(crate) fn expected_pair(kind: Kind) -> Option<String> {
    is_map(kind).then(|| expected(kind, ""))
}

/// Returns `true` if all arguments of the attribute have a key.
fn is_map(kind: Kind) -> bool {
    matches!(kind, Kind::ScopeMap | Kind::ActionScopeMap)
}

fn is_mistyped(kind: Kind, key: &str, notation: &Notation) -> bool {
    if is_map(kind) {
        // `any(..)` without a key.
        let is_group = matches!(notation, Notation::Parentheses) && matches!(key, "any" | "all");
        return !is_group;
    }
    let is_key = matches!(key, "match" | "error" | "crate")
        || (key == "group" && kind == Kind::AllowClientIds);
    match notation {
        // An unknown key is reported as such.
        Notation::Separator(_) => true,
        Notation::Parentheses | Notation::Nothing => is_key,
        // The others can be the names of constants.
        Notation::Alone => matches!(key, "match" | "crate"),
    }
}

fn expected(kind: Kind, key: &str) -> String {
    let form = match (key, kind) {
        ("match", _) => "`match = \"all\"` or `match = \"any\"`",
        ("error", _) => "`error = some::path`",
        ("crate", _) => "`crate = some::path`",
        (_, Kind::AllowClientIds) => "`group = \"name\"`",
        (_, Kind::ScopeMap) => "`METHOD = scopes`, such as `GET = \"widgets/read\"`",
        (_, Kind::ActionScopeMap) => "`handler = scopes`, such as `list = \"widgets/read\"`",
        _ => "`name = value`",
    };
    format!("expected {form}")
}

/// Returns the notation after a key, or `None` for `=` and for what can't follow a key.
fn notation(input: ParseStream<'_>) -> Option<Notation> {
    if input.is_empty() || input.peek(Token![,]) {
        Some(Notation::Alone)
    } else if input.peek(Token![=>]) {
        Some(Notation::Separator("=>"))
    } else if input.peek(Token![==]) {
        Some(Notation::Separator("=="))
    } else if input.peek(Token![:]) && !input.peek(Token![::]) {
        Some(Notation::Separator(":"))
    } else if input.peek(token::Paren) {
        Some(Notation::Parentheses)
    } else if input.peek(LitStr) || input.peek(token::Bracket) || input.peek(Ident::peek_any) {
        Some(Notation::Nothing)
    } else {
        None
    }
}

fn skip_separator(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Token![=>]) {
        input.parse::<Token![=>]>()?;
    } else if input.peek(Token![==]) {
        input.parse::<Token![==]>()?;
    } else {
        input.parse::<Token![:]>()?;
    }
    Ok(())
}

/// Parses `(value)`, or `(value, value)` as a list. Returns `None` for `()`.
fn parse_parenthesized(input: ParseStream<'_>) -> syn::Result<Option<Value>> {
    let content;
    parenthesized!(content in input);
    let mut values = members(&content)?;
    Ok(match values.len() {
        0 | 1 => values.pop(),
        _ => Some(Value::List(Span::call_site(), "brackets", values)),
    })
}
