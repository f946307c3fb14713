use std::collections::HashSet;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Ident, LitStr, Path, Token, bracketed, parenthesized, token};

use crate::errors::Errors;
use crate::model::{ConstStr, Key, Operator};

/// The arguments of an attribute: values, and `key = value` pairs.
///
/// The caller takes the arguments that the attribute accepts, which reports duplicates. Then
/// [`finish`](Self::finish) reports the rest.
pub(crate) struct Arguments {
    values: Vec<Value>,
    pairs: Vec<Pair>,
    accepted: Vec<&'static str>,
}

/// `key = value`
pub(crate) struct Pair {
    pub(crate) key: Key,
    pub(crate) value: Value,
}

/// A value, either alone or on the right side of a pair.
pub(crate) enum Value {
    Str(ConstStr),
    /// `["a", "b"]`
    List(Span, Vec<Value>),
    /// `any("a", "b")` or `all("a", "b")`
    Group(Span, Operator, Vec<Value>),
}

impl Arguments {
    /// Parses the tokens between the attribute's parentheses.
    ///
    /// After a syntax error, parsing continues after the next comma.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut arguments = Self {
            values: Vec::new(),
            pairs: Vec::new(),
            accepted: Vec::new(),
        };
        let parser = |input: ParseStream<'_>| -> syn::Result<()> {
            while !input.is_empty() {
                match arguments.parse_next(input) {
                    Ok(()) => {}
                    Err(error) => {
                        errors.add(error);
                        skip_to_comma(input)?;
                    }
                }
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(())
        };
        if let Err(error) = parser.parse2(tokens) {
            errors.add(error);
        }
        arguments
    }

    fn parse_next(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if let Some(key) = parse_key(input)? {
            let value = input.parse()?;
            self.pairs.push(Pair { key, value });
        } else {
            self.values.push(input.parse()?);
        }
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(());
        }
        Err(input.error("expected `,`"))
    }

    /// Takes the values without a key.
    pub(crate) fn take_values(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.values)
    }

    /// Takes an optional pair, which may occur once.
    pub(crate) fn take(&mut self, key: &'static str, errors: &mut Errors) -> Option<Pair> {
        let mut found = self.take_each(key).into_iter();
        let first = found.next();
        for duplicate in found {
            report_duplicate(&duplicate.key, errors);
        }
        first
    }

    /// Takes the pairs with a key that may occur several times.
    pub(crate) fn take_each(&mut self, key: &'static str) -> Vec<Pair> {
        self.accepted.push(key);
        self.pairs
            .extract_if(.., |pair| pair.key.text == key)
            .collect()
    }

    /// Takes all remaining pairs. Each key may occur once.
    pub(crate) fn take_pairs(&mut self, errors: &mut Errors) -> Vec<Pair> {
        let mut seen = HashSet::new();
        for Pair { key, .. } in &self.pairs {
            if !seen.insert(&key.text) {
                report_duplicate(key, errors);
            }
        }
        std::mem::take(&mut self.pairs)
    }

    /// Reports the arguments that were not taken.
    pub(crate) fn finish(self, attribute: &str, errors: &mut Errors) {
        let accepted = self.accepted.join("`, `");
        for value in &self.values {
            let message = format_args!(
                "unexpected value: `#[{attribute}]` accepts only `name = value` arguments \
                 (`{accepted}`)"
            );
            errors.report(value.span(), message);
        }
        for Pair { key, .. } in &self.pairs {
            let message = format_args!(
                "unknown argument `{}`: `#[{attribute}]` accepts `{accepted}`",
                key.text
            );
            errors.report(key.span, message);
        }
    }
}

fn report_duplicate(key: &Key, errors: &mut Errors) {
    let message = format_args!("`{}` is specified more than once", key.text);
    errors.report(key.span, message);
}

/// Parses `key =`. Returns `None` and consumes nothing if the input starts with something else.
fn parse_key(input: ParseStream<'_>) -> syn::Result<Option<Key>> {
    let (text, span) = if input.peek(Ident::peek_any) && input.peek2(Token![=]) {
        let ident = input.call(Ident::parse_any)?;
        (without_raw_prefix(&ident), ident.span())
    } else if input.peek(LitStr) && input.peek2(Token![=]) {
        let literal = input.parse::<LitStr>()?;
        (literal.value(), literal.span())
    } else if let Some(path) = parse_path_before_equals(input) {
        let names: Vec<_> = path
            .segments
            .iter()
            .map(|segment| segment.ident.unraw().to_string())
            .collect();
        (names.join("::"), path.span())
    } else {
        return Ok(None);
    };
    input.parse::<Token![=]>()?;
    Ok(Some(Key { text, span }))
}

/// Returns the name without `r#`, unless it is a handler named like an argument of the attributes.
fn without_raw_prefix(ident: &Ident) -> String {
    let name = ident.unraw().to_string();
    match name.as_str() {
        "match" | "error" => ident.to_string(),
        _ => name,
    }
}

fn parse_path_before_equals(input: ParseStream<'_>) -> Option<Path> {
    let ahead = input.fork();
    let path = ahead.call(Path::parse_mod_style).ok()?;
    ahead.peek(Token![=]).then(|| input.advance_to(&ahead))?;
    Some(path)
}

impl Value {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Str(string) => string.span(),
            Self::List(span, _) | Self::Group(span, ..) => *span,
        }
    }
}

impl Parse for Value {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitStr) {
            return Ok(Self::Str(ConstStr::Literal(input.parse()?)));
        }
        if input.peek(token::Bracket) {
            let content;
            let bracket = bracketed!(content in input);
            return Ok(Self::List(bracket.span.join(), members(&content)?));
        }
        if !input.peek(Token![::]) && !input.peek(Ident::peek_any) {
            return Err(input.error(
                "expected a string literal, the path of a constant, `any(..)` or `all(..)`",
            ));
        }
        let path = input.call(Path::parse_mod_style)?;
        if !input.peek(token::Paren) {
            return Ok(Self::Str(ConstStr::Path(path)));
        }
        let content;
        parenthesized!(content in input);
        let members = members(&content)?;
        let operators = [("any", Operator::Any), ("all", Operator::All)];
        let is_named = |(name, _): &(&str, Operator)| path.is_ident(name);
        match operators.into_iter().find(is_named) {
            Some((_, operator)) => Ok(Self::Group(path.span(), operator, members)),
            None => Err(syn::Error::new(
                path.span(),
                "expected `any(..)` or `all(..)`",
            )),
        }
    }
}

fn members(content: ParseStream<'_>) -> syn::Result<Vec<Value>> {
    let members = Punctuated::<Value, Token![,]>::parse_terminated(content)?;
    Ok(members.into_iter().collect())
}

fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
