//! Arguments whose `=` was replaced by another notation, such as `GET: "a"` and `GET("a")`.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Token, parenthesized, token};

use crate::kind::Kind;
use crate::methods;
use crate::model::Key;
use crate::similar;
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

/// Parses an argument in another notation than `key = value`, and returns the error about it.
///
/// Returns `None` and consumes nothing if the input starts with something else.
pub(crate) fn parse(kind: Kind, input: ParseStream<'_>) -> syn::Result<Option<(Pair, syn::Error)>> {
    let ahead = input.fork();
    let Some(key) = parse_key(&ahead) else {
        return Ok(None);
    };
    let Some(notation) = notation(&ahead) else {
        return Ok(None);
    };
    if !is_mistyped(kind, &key, &notation, &ahead) {
        return Ok(None);
    }
    let expected = expected(kind, &key.text);
    let name = &key.text;
    parse_key(input);
    let (at, advice, value) = match notation {
        Notation::Separator(separator) => {
            let at = input.span();
            skip_separator(input)?;
            let advice = format!(": write `=` instead of `{separator}`");
            (at, advice, input.parse()?)
        }
        Notation::Nothing => {
            let advice = format!(": write `=` after `{name}`");
            (key.span, advice, input.parse()?)
        }
        Notation::Parentheses => {
            let advice = format!(": write `{name} = ..` instead of `{name}(..)`");
            (key.span, advice, parse_parenthesized(input)?)
        }
        Notation::Alone if kind == Kind::ScopeMap && is_value(&key) => {
            let message = "expected `METHOD = scopes`; to list several scopes for a method, write \
                           brackets: `GET = [\"a\", \"b\"]`";
            return Err(syn::Error::new(key.span, message));
        }
        Notation::Alone => (key.span, String::new(), missing_value()),
    };
    let mistake = syn::Error::new(at, format_args!("{expected}{advice}"));
    Ok(Some((Pair { key, value }, mistake)))
}

/// Returns the message for a value without a key, if the attribute accepts none.
pub(crate) fn expected_pair(kind: Kind) -> Option<String> {
    is_map(kind).then(|| expected(kind, ""))
}

/// Returns `true` if all arguments of the attribute have a key.
fn is_map(kind: Kind) -> bool {
    matches!(kind, Kind::ScopeMap | Kind::ActionScopeMap)
}

fn is_mistyped(kind: Kind, key: &Key, notation: &Notation, input: ParseStream<'_>) -> bool {
    let name = key.text.as_str();
    if is_map(kind) {
        // `any(..)` without a key.
        let is_group = matches!(notation, Notation::Parentheses) && matches!(name, "any" | "all");
        return !is_group;
    }
    let is_key = matches!(name, "match" | "error" | "crate")
        || (name == "group" && kind == Kind::AllowClientIds);
    match notation {
        // An unknown key is reported as such, unless it is part of a scope such as `widgets:read`.
        Notation::Separator(":") => is_argument(name) || !is_unquoted_scope(input),
        Notation::Separator(_) => true,
        Notation::Parentheses | Notation::Nothing => is_key,
        // The others can be the names of constants.
        Notation::Alone => matches!(name, "match" | "crate"),
    }
}

/// Returns `true` if a key of a scope map without a value is rather a value without a key.
fn is_value(key: &Key) -> bool {
    let is_argument = matches!(key.text.as_str(), "match" | "error" | "crate");
    !is_argument && !methods::is_method(&key.text) && methods::intended(key).is_none()
}

/// Returns `true` for the name of an argument, which may be misspelled.
fn is_argument(name: &str) -> bool {
    let names = ["match", "error", "crate", "group", "danger_report_only"];
    let others = [
        "any",
        "all",
        "scope",
        "scopes",
        "clients",
        "client_ids",
        "groups",
    ];
    others.contains(&name) || similar::nearest(name, names).is_some()
}

/// Returns `true` if a colon and the rest of a scope without quotes are next.
fn is_unquoted_scope(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let has_colon = ahead.parse::<Token![:]>().is_ok();
    let name = ahead.call(Ident::parse_any).ok();
    // Names of constants have no lower-case letters.
    let is_lower_case = |name: Ident| name.to_string().contains(|c: char| c.is_ascii_lowercase());
    let has_name = has_colon && name.is_some_and(is_lower_case);
    has_name && !ahead.peek(token::Paren) && !ahead.peek(Token![!]) && !ahead.peek(Token![::])
}

/// Returns the value of a key without one. An empty list has no further mistakes.
fn missing_value() -> Value {
    Value::List(Span::call_site(), "brackets", Vec::new())
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

/// Parses `(value)`, or `(value, value)` as a list.
fn parse_parenthesized(input: ParseStream<'_>) -> syn::Result<Value> {
    let content;
    parenthesized!(content in input);
    let mut values = members(&content)?;
    Ok(match values.pop() {
        Some(single) if values.is_empty() => single,
        Some(last) => {
            values.push(last);
            Value::List(Span::call_site(), "brackets", values)
        }
        None => missing_value(),
    })
}
