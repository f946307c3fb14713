use std::collections::HashSet;

use proc_macro2::{Span, TokenStream};
use syn::Token;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};

use crate::argument_end::skip_to_end;
use crate::errors::Errors;
use crate::kind::Kind;
use crate::methods;
use crate::mistyped;
use crate::model::Key;
use crate::report_only;
use crate::similar;
use crate::unknown;
use crate::value::{Pair, Value, check_comma, parse_key, skip_to_argument};

/// The arguments of an attribute: values, and `key = value` pairs.
///
/// The caller takes the arguments that the attribute accepts, which reports duplicates. Then
/// [`finish`](Self::finish) reports the rest.
pub(crate) struct Arguments {
    values: Vec<Value>,
    pairs: Vec<Written>,
    /// The places of `danger_report_only`.
    flags: Vec<Span>,
    accepted: Vec<&'static str>,
}

/// A pair, and the mistake in its notation, such as `:` instead of `=`.
///
/// For a pair that the attribute doesn't accept, the notation doesn't matter.
struct Written {
    pair: Pair,
    mistake: Option<syn::Error>,
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
                if let Err(error) = arguments.parse_next(kind, input) {
                    errors.add(error);
                    skip_to_end(input)?;
                }
                if let Err(error) = check_comma(input) {
                    errors.add(error);
                    skip_to_argument(input)?;
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

    fn parse_next(&mut self, kind: Kind, input: ParseStream<'_>) -> syn::Result<()> {
        if let Some(flag) = report_only::parse(input)? {
            self.flags.push(flag);
        } else if let Some(key) = parse_key_and_equals(input)? {
            let pair = Pair {
                key,
                value: input.parse()?,
            };
            let mistake = None;
            self.pairs.push(Written { pair, mistake });
        } else if let Some((pair, mistake)) = mistyped::parse(kind, input)? {
            let mistake = Some(mistake);
            self.pairs.push(Written { pair, mistake });
        } else if let Some(message) = mistyped::expected_pair(kind) {
            return Err(input.error(message));
        } else {
            self.values.push(input.parse()?);
        }
        Ok(())
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
        let mut found = self.take_each(key, errors).into_iter();
        let first = found.next();
        for duplicate in found {
            report_duplicate(&duplicate.key, errors);
        }
        first
    }

    /// Takes the pairs with a key that may occur several times.
    pub(crate) fn take_each(&mut self, key: &'static str, errors: &mut Errors) -> Vec<Pair> {
        self.accepted.push(key);
        let found = self
            .pairs
            .extract_if(.., |written| written.pair.key.text == key);
        found.map(|written| written.take(errors)).collect()
    }

    /// Takes all remaining pairs. Each key may occur once.
    pub(crate) fn take_pairs(&mut self, errors: &mut Errors) -> Vec<Pair> {
        let written = std::mem::take(&mut self.pairs).into_iter();
        let pairs: Vec<_> = written.map(|written| written.take(errors)).collect();
        let mut seen = HashSet::new();
        for Pair { key, .. } in &pairs {
            if !seen.insert(&key.text) {
                report_duplicate(key, errors);
            }
        }
        pairs
    }

    /// Reports the pairs whose key is close to an argument of a scope map, and is no method.
    pub(crate) fn reject_misspelled(&mut self, kind: Kind, errors: &mut Errors) {
        let accepted = &self.accepted;
        let is_misspelled = |written: &mut Written| {
            let key = &written.pair.key;
            let is_method = methods::is_method(&key.text) || methods::intended(key).is_some();
            let names = accepted.iter().copied().chain([report_only::NAME]);
            !is_method && similar::nearest(&key.text, names).is_some()
        };
        for Written { pair, .. } in self.pairs.extract_if(.., is_misspelled) {
            let names: Vec<_> = accepted
                .iter()
                .copied()
                .chain([report_only::NAME])
                .collect();
            let message = unknown::argument(kind, &pair, &names);
            errors.report(pair.key.span, message);
        }
    }

    /// Returns the names of the arguments that were taken.
    pub(crate) fn accepted(&self) -> &[&'static str] {
        &self.accepted
    }

    /// Reports the arguments that were not taken.
    pub(crate) fn finish(self, kind: Kind, errors: &mut Errors) {
        for value in &self.values {
            let message = unknown::value(kind, value, &self.accepted);
            errors.report(value.span(), message);
        }
        for Written { pair, .. } in &self.pairs {
            let message = unknown::argument(kind, pair, &self.accepted);
            errors.report(pair.key.span, message);
        }
    }
}

impl Written {
    fn take(self, errors: &mut Errors) -> Pair {
        if let Some(mistake) = self.mistake {
            errors.add(mistake);
        }
        self.pair
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
