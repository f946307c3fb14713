//! The parts of an argument: a key, and a value.

use proc_macro2::{Span, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Ident, LitStr, Path, Token, braced, bracketed, parenthesized, token};

use crate::argument_end::{is_end, skip_to_end};
use crate::expression::Expression;
use crate::model::{ConstStr, Key, Operator};

/// `key = value`
pub(crate) struct Pair {
    pub(crate) key: Key,
    pub(crate) value: Value,
}

/// A value, either alone or on the right side of a pair.
pub(crate) enum Value {
    Str(ConstStr),
    /// `["a", "b"]`, or the same in other delimiters, with their name.
    List(Span, &'static str, Vec<Value>),
    /// `any("a", "b")` or `all("a", "b")`
    Group(Span, Operator, Vec<Value>),
    /// Something that no attribute accepts. It is reported where it is used, because the remedy
    /// depends on the place.
    Other(Expression),
    /// A mistake in a list, which has been parsed further.
    Mistake(syn::Error),
}

/// Parses a key, or returns `None`.
pub(crate) fn parse_key(input: ParseStream<'_>) -> Option<Key> {
    if input.peek(LitStr) {
        let literal = input.parse::<LitStr>().ok()?;
        return Some(Key {
            text: literal.value(),
            span: literal.span(),
            is_quoted: true,
        });
    }
    if input.peek(Ident::peek_any) && !input.peek2(Token![::]) {
        let ident = input.call(Ident::parse_any).ok()?;
        return Some(Key {
            text: without_raw_prefix(&ident),
            span: ident.span(),
            is_quoted: false,
        });
    }
    let path = input.call(Path::parse_mod_style).ok()?;
    Some(Key::of_path(&path))
}

/// Returns the name without `r#`, unless it is a handler named like an argument of the attributes.
fn without_raw_prefix(ident: &Ident) -> String {
    let name = ident.unraw().to_string();
    match name.as_str() {
        "match" | "error" => ident.to_string(),
        _ => name,
    }
}

impl Value {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Str(string) => string.span(),
            Self::List(span, ..) | Self::Group(span, ..) => *span,
            Self::Other(expression) => expression.span(),
            Self::Mistake(error) => error.span(),
        }
    }

    /// Returns the value as source code, without the delimiters of a list.
    pub(crate) fn source(&self) -> String {
        let join = |members: &[Self]| {
            let members: Vec<_> = members.iter().map(Self::source).collect();
            members.join(", ")
        };
        match self {
            Self::Str(string) => string.source(),
            Self::List(_, _, members) => join(members),
            Self::Group(_, operator, members) => format!("{}({})", operator.name(), join(members)),
            Self::Other(expression) => match expression.rewritten() {
                Some(value) => value.to_string(),
                None => "..".to_owned(),
            },
            Self::Mistake(_) => "..".to_owned(),
        }
    }
}

impl Parse for Value {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ahead = input.fork();
        let value = parse_value(&ahead);
        // What follows the value can show that it is part of an expression: `"a" || "b"`.
        let is_complete = ahead.is_empty() || ahead.peek(Token![,]);
        let is_value = value.is_ok() && is_complete;
        if !is_value
            && !has_wrong_delimiters(input)
            && let Some(expression) = Expression::parse(input)
        {
            return Ok(match expression.into_path() {
                Ok(path) => Self::Str(ConstStr::Path(path)),
                Err(expression) => Self::Other(expression),
            });
        }
        input.advance_to(&ahead);
        value
    }
}

fn parse_value(input: ParseStream<'_>) -> syn::Result<Value> {
    if input.peek(LitStr) {
        return Ok(Value::Str(ConstStr::Literal(input.parse()?)));
    }
    if let Some(list) = parse_list(input)? {
        return Ok(list);
    }
    if !input.peek(Token![::]) && !input.peek(Ident::peek_any) {
        return Err(input
            .error("expected a string literal, the path of a constant, `any(..)` or `all(..)`"));
    }
    let is_in_wrong_delimiters = has_wrong_delimiters(input);
    let path = input.call(Path::parse_mod_style)?;
    if is_in_wrong_delimiters {
        input.parse::<TokenTree>()?;
        let message = format!(
            "expected parentheses: write `{}(..)`",
            path.to_token_stream()
        );
        return Err(syn::Error::new(path.span(), message));
    }
    if !input.peek(token::Paren) {
        return Ok(Value::Str(ConstStr::Path(path)));
    }
    let content;
    parenthesized!(content in input);
    let members = members(&content)?;
    match Operator::from_path(&path) {
        Some(operator) => Ok(Value::Group(path.span(), operator, members)),
        None => Err(syn::Error::new(
            path.span(),
            "expected `any(..)` or `all(..)`",
        )),
    }
}

/// Returns `true` for `any[..]` and `all{..}`.
fn has_wrong_delimiters(input: ParseStream<'_>) -> bool {
    let is_operator = input
        .fork()
        .call(Ident::parse_any)
        .is_ok_and(|name| name == "any" || name == "all");
    is_operator && (input.peek2(token::Bracket) || input.peek2(token::Brace))
}

/// Parses a list in any delimiters, or returns `None`.
fn parse_list(input: ParseStream<'_>) -> syn::Result<Option<Value>> {
    let content;
    let (span, delimiters) = if input.peek(token::Bracket) {
        (bracketed!(content in input).span, "brackets")
    } else if input.peek(token::Paren) {
        (parenthesized!(content in input).span, "parentheses")
    } else if input.peek(token::Brace) {
        (braced!(content in input).span, "braces")
    } else {
        return Ok(None);
    };
    let members = members(&content)?;
    Ok(Some(Value::List(span.join(), delimiters, members)))
}

/// Parses values that are separated by commas.
pub(crate) fn members(content: ParseStream<'_>) -> syn::Result<Vec<Value>> {
    let mut members = Vec::new();
    while !content.is_empty() {
        match content.parse() {
            Ok(member) => members.push(member),
            Err(mistake) => {
                members.push(Value::Mistake(mistake));
                skip_to_end(content)?;
            }
        }
        if let Err(mistake) = check_comma(content) {
            members.push(Value::Mistake(mistake));
            skip_to_argument(content)?;
        }
        content.parse::<Option<Token![,]>>()?;
    }
    Ok(members)
}

/// Fails unless a comma or the end is next.
pub(crate) fn check_comma(input: ParseStream<'_>) -> syn::Result<()> {
    if is_end(input) {
        return Ok(());
    }
    Err(input.error("expected `,`"))
}

/// Skips to the next argument after a missing comma.
pub(crate) fn skip_to_argument(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(LitStr) || input.peek(Ident::peek_any) {
        return Ok(());
    }
    skip_to_end(input)
}
