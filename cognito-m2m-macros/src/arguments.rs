use std::collections::HashSet;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Ident, LitStr, Path, Token, bracketed, parenthesized, token};

use crate::errors::Errors;
use crate::model::{Operator, Text};

/// The arguments of an attribute: values, and `key = value` pairs.
///
/// Who reads them takes what it knows; [`finish`](Self::finish) reports the rest, and a key that
/// is there twice is reported by whatever takes it.
pub(crate) struct Arguments {
    values: Vec<Value>,
    pairs: Vec<Pair>,
    known: Vec<&'static str>,
}

/// `key = value`
pub(crate) struct Pair {
    pub(crate) key: Key,
    pub(crate) value: Value,
}

/// The left side of a pair.
pub(crate) struct Key {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// One value, on its own or on the right side of a pair.
pub(crate) enum Value {
    Text(Text),
    /// `["a", "b"]`
    List(Span, Vec<Value>),
    /// `any("a", "b")` or `all("a", "b")`
    Group(Span, Operator, Vec<Value>),
}

impl Arguments {
    /// Reads what stands between the attribute's parentheses.
    ///
    /// After a mistake it goes on behind the next comma.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut arguments = Self {
            values: Vec::new(),
            pairs: Vec::new(),
            known: Vec::new(),
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
        if let Some(key) = Key::parse(input)? {
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

    /// The values that have no key.
    pub(crate) fn take_values(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.values)
    }

    /// The value of a key that may be there once.
    pub(crate) fn take(&mut self, key: &'static str, errors: &mut Errors) -> Option<Pair> {
        let mut found = self.take_each(key).into_iter();
        let first = found.next();
        for again in found {
            errors.report(again.key.span, format_args!("`{key}` is there already"));
        }
        first
    }

    /// The values of a key that may be there several times.
    pub(crate) fn take_each(&mut self, key: &'static str) -> Vec<Pair> {
        self.known.push(key);
        self.pairs
            .extract_if(.., |pair| pair.key.text == key)
            .collect()
    }

    /// All pairs that are still there; each key may be there once.
    pub(crate) fn take_pairs(&mut self, errors: &mut Errors) -> Vec<Pair> {
        let mut seen = HashSet::new();
        for Pair { key, .. } in &self.pairs {
            if !seen.insert(&key.text) {
                errors.report(key.span, format_args!("`{}` is there already", key.text));
            }
        }
        std::mem::take(&mut self.pairs)
    }

    /// Reports what nobody has taken.
    pub(crate) fn finish(self, attribute: &str, errors: &mut Errors) {
        let known = self.known.join("`, `");
        for value in &self.values {
            errors.report(
                value.span(),
                format_args!("`#[{attribute}]` takes no such value; it knows `{known}`"),
            );
        }
        for Pair { key, .. } in &self.pairs {
            errors.report(
                key.span,
                format_args!(
                    "`#[{attribute}]` has no argument `{}`; it knows `{known}`",
                    key.text
                ),
            );
        }
    }
}

impl Key {
    /// Reads `key =`, where there is one.
    fn parse(input: ParseStream<'_>) -> syn::Result<Option<Self>> {
        let (text, span) = if input.peek(Ident::peek_any) && input.peek2(Token![=]) {
            let ident = input.call(Ident::parse_any)?;
            (plain(&ident), ident.span())
        } else if input.peek(LitStr) && input.peek2(Token![=]) {
            let literal = input.parse::<LitStr>()?;
            (literal.value(), literal.span())
        } else if let Some(path) = path_before_equals(input) {
            let names: Vec<_> = path
                .segments
                .iter()
                .map(|one| one.ident.unraw().to_string())
                .collect();
            (names.join("::"), path.span())
        } else {
            return Ok(None);
        };
        input.parse::<Token![=]>()?;
        Ok(Some(Self { text, span }))
    }
}

/// The name without `r#`, except where only that tells a handler from a keyword of the attributes.
fn plain(ident: &Ident) -> String {
    let plain = ident.unraw().to_string();
    match plain.as_str() {
        "match" | "error" => ident.to_string(),
        _ => plain,
    }
}

fn path_before_equals(input: ParseStream<'_>) -> Option<Path> {
    let ahead = input.fork();
    let path = ahead.call(Path::parse_mod_style).ok()?;
    ahead.peek(Token![=]).then(|| input.advance_to(&ahead))?;
    Some(path)
}

impl Value {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Text(text) => text.span(),
            Self::List(span, _) | Self::Group(span, ..) => *span,
        }
    }
}

impl Parse for Value {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitStr) {
            return Ok(Self::Text(Text::Literal(input.parse()?)));
        }
        if input.peek(token::Bracket) {
            let content;
            let bracket = bracketed!(content in input);
            return Ok(Self::List(bracket.span.join(), members(&content)?));
        }
        if !input.peek(Token![::]) && !input.peek(Ident::peek_any) {
            return Err(input.error(
                "expected a string literal, the path of a `const`, `any(..)` or `all(..)`",
            ));
        }
        let path = input.call(Path::parse_mod_style)?;
        if !input.peek(token::Paren) {
            return Ok(Self::Text(Text::Constant(path)));
        }
        let content;
        parenthesized!(content in input);
        let members = members(&content)?;
        let operators = [("any", Operator::Any), ("all", Operator::All)];
        let named = |(name, _): &(&str, Operator)| path.is_ident(name);
        match operators.into_iter().find(named) {
            Some((_, operator)) => Ok(Self::Group(path.span(), operator, members)),
            None => Err(syn::Error::new(
                path.span(),
                "a group of scopes is `any(..)` or `all(..)`",
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
