use std::collections::HashSet;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::Token;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};

use crate::errors::Errors;
use crate::kind::Kind;
use crate::mistyped;
use crate::model::Key;
use crate::report_only;
use crate::value::{Pair, Value, check_comma, parse_key};

/// The arguments of an attribute: values, and `key = value` pairs.
///
/// The caller takes the arguments that the attribute accepts, which reports duplicates. Then
/// [`finish`](Self::finish) reports the rest.
pub(crate) struct Arguments {
    values: Vec<Value>,
    pairs: Vec<Pair>,
    /// The places of `danger_report_only`.
    flags: Vec<Span>,
    accepted: Vec<&'static str>,
}

impl Arguments {
    /// Parses the tokens between the attribute's parentheses.
    ///
    /// After a syntax error, parsing continues after the next comma.
    pub(crate) fn parse(kind: Kind, tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut arguments = Self {
            values: Vec::new(),
            pairs: Vec::new(),
            flags: Vec::new(),
            accepted: Vec::new(),
        };
        let parser = |input: ParseStream<'_>| -> syn::Result<()> {
            while !input.is_empty() {
                match arguments.parse_next(kind, input, errors) {
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

    fn parse_next(
        &mut self,
        kind: Kind,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<()> {
        if let Some(flag) = report_only::parse(input)? {
            self.flags.push(flag);
        } else if let Some(key) = parse_key_and_equals(input)? {
            let value = input.parse()?;
            self.pairs.push(Pair { key, value });
        } else if let Some(pair) = mistyped::parse(kind, input, errors)? {
            self.pairs.extend(pair);
        } else if let Some(message) = mistyped::expected_pair(kind) {
            return Err(input.error(message));
        } else {
            self.values.push(input.parse()?);
        }
        check_comma(input)
    }

    /// Takes the values without a key.
    pub(crate) fn take_values(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.values)
    }

    /// Takes the places of `danger_report_only`.
    pub(crate) fn take_flags(&mut self) -> Vec<Span> {
        std::mem::take(&mut self.flags)
    }

    /// Adds a name to those that the attribute accepts.
    pub(crate) fn accept(&mut self, name: &'static str) {
        self.accepted.push(name);
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
            let advice = match key.text.as_str() {
                "scope" | "scopes" | "any" | "all" => {
                    "; write scopes without a name, such as `\"widgets/read\"` or `any(..)`"
                }
                "client_id" | "client_ids" => "; write client IDs without a name",
                "groups" => "; write `group = \"..\"` once for each group",
                _ => "",
            };
            let message = format_args!(
                "unknown argument `{}`: `#[{attribute}]` accepts `{accepted}`{advice}",
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
fn parse_key_and_equals(input: ParseStream<'_>) -> syn::Result<Option<Key>> {
    let ahead = input.fork();
    let Some(key) = parse_key(&ahead) else {
        return Ok(None);
    };
    if !mistyped::peek_equals(&ahead) {
        return Ok(None);
    }
    input.advance_to(&ahead);
    input.parse::<Token![=]>()?;
    Ok(Some(key))
}

fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
