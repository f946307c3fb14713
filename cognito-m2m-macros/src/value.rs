//! The parts of an argument: a key, and a value.

use proc_macro2::{Span, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Ident, LitStr, Path, Token, braced, bracketed, parenthesized, token};

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
}

/// Parses a key, or returns `None`.
pub(crate) fn parse_key(input: ParseStream<'_>) -> Option<Key> {
    if input.peek(LitStr) {
        let literal = input.parse::<LitStr>().ok()?;
        let (text, span) = (literal.value(), literal.span());
        return Some(Key { text, span });
    }
    if input.peek(Ident::peek_any) && !input.peek2(Token![::]) {
        let ident = input.call(Ident::parse_any).ok()?;
        let (text, span) = (without_raw_prefix(&ident), ident.span());
        return Some(Key { text, span });
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
        }
    }
}

impl Parse for Value {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitStr) {
            return Ok(Self::Str(ConstStr::Literal(input.parse()?)));
        }
        if let Some(list) = parse_list(input)? {
            return Ok(list);
        }
        if !input.peek(Token![::]) && !input.peek(Ident::peek_any) {
            return Err(input.error(
                "expected a string literal, the path of a constant, `any(..)` or `all(..)`",
            ));
        }
        let path = input.call(Path::parse_mod_style)?;
        let operators = [("any", Operator::Any), ("all", Operator::All)];
        let is_named = |(name, _): &(&str, Operator)| path.is_ident(name);
        let operator = operators.into_iter().find(is_named);
        if let Some((name, _)) = operator
            && (input.peek(token::Bracket) || input.peek(token::Brace))
        {
            let message = format!("expected parentheses: write `{name}(..)`");
            return Err(syn::Error::new(path.span(), message));
        }
        if !input.peek(token::Paren) {
            return Ok(Self::Str(ConstStr::Path(path)));
        }
        let content;
        parenthesized!(content in input);
        let members = members(&content)?;
        match operator {
            Some((_, operator)) => Ok(Self::Group(path.span(), operator, members)),
            None => Err(syn::Error::new(
                path.span(),
                "expected `any(..)` or `all(..)`",
            )),
        }
    }
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
    let mut parse_all = || {
        while !content.is_empty() {
            members.push(content.parse()?);
            check_comma(content)?;
            content.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    };
    let parsed = parse_all();
    // Tokens that are left would be reported as a second mistake.
    while !content.is_empty() {
        content.parse::<TokenTree>()?;
    }
    parsed.map(|()| members)
}

/// Fails unless a comma or the end is next.
pub(crate) fn check_comma(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    // An operator would follow the name of a constant, if scopes were written without quotes.
    let is_unquoted = input.peek(Token![/]) || input.peek(Token![-]) || input.peek(Token![.]);
    Err(input.error(if is_unquoted {
        "expected `,`: write scopes and client IDs in quotes, such as `\"widgets/read\"`"
    } else {
        "expected `,`"
    }))
}
