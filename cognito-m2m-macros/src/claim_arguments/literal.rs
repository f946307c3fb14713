//! The values of a claim: one literal or constant, or several in brackets.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::parse::discouraged::Speculative;
use syn::spanned::Spanned;
use syn::{Ident, Lit, LitInt, LitStr, Path, Token, braced, bracketed, parenthesized, token};

use crate::argument_end::{is_end, skip_to_end};
use crate::errors::Errors;
use crate::model::ClaimValue;

/// The integers that claims are compared with: those of `i64` and `u64`.
const INTEGERS: std::ops::RangeInclusive<i128> = (i64::MIN as i128)..=(u64::MAX as i128);

/// Parses one value, or a list of values in brackets.
pub(super) fn parse_values(
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<Vec<ClaimValue>> {
    let start = input.span();
    let Some(list) = parse_list(input, errors)? else {
        let value = parse_single(input)?;
        check_end(input, &value)?;
        return Ok(vec![value]);
    };
    if list.is_empty() {
        let message = "expected at least one value: `[\"prod\", \"staging\"]`";
        errors.report_if_first(start, message);
    }
    if !is_end(input) {
        return Err(input.error("expected `,` after the list of values"));
    }
    Ok(list)
}

/// Parses a list, also in the wrong delimiters, or returns `None`.
fn parse_list(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Option<Vec<ClaimValue>>> {
    let content;
    let at = input.span();
    let ahead = input.fork();
    let operator = operator(&ahead);
    if operator.is_some() {
        input.advance_to(&ahead);
    }
    let is_in_brackets = operator.is_none() && input.peek(token::Bracket);
    if input.peek(token::Bracket) {
        bracketed!(content in input);
    } else if input.peek(token::Paren) {
        parenthesized!(content in input);
    } else if input.peek(token::Brace) {
        braced!(content in input);
    } else {
        return Ok(None);
    }
    if operator.as_deref() == Some("all") {
        let message = "a claim has only one value, so it can't equal all of several";
        errors.report(at, message);
    } else if is_object(&content) {
        content.parse::<TokenStream>()?;
        return Err(syn::Error::new(
            at,
            "a claim can't be compared with an object: take a `TokenClaims<..>` in the handler",
        ));
    } else if !is_in_brackets {
        errors.report(at, "expected a list in brackets: `[\"a\", \"b\"]`");
    }
    members(&content, errors).map(Some)
}

/// Returns `true` for `"name": value` and the like.
fn is_object(input: ParseStream<'_>) -> bool {
    input.peek(LitStr) && (input.peek2(Token![:]) || input.peek2(Token![=]))
}

/// Reads the name in front of a group that is meant as a list, such as `any(..)`.
fn operator(input: ParseStream<'_>) -> Option<String> {
    let name = input.call(Ident::parse_any).ok()?.to_string();
    let is_known = matches!(name.as_str(), "any" | "all" | "one_of" | "any_of" | "vec");
    input.parse::<Option<Token![!]>>().ok()?;
    let has_group = input.peek(token::Paren) || input.peek(token::Bracket);
    (is_known && has_group).then_some(name)
}

/// Parses values that are separated by commas.
fn members(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Vec<ClaimValue>> {
    let mut values = Vec::new();
    while !input.is_empty() {
        match parse_member(input) {
            Ok(value) => values.push(value),
            Err(error) => {
                errors.add(error);
                skip_to_end(input)?;
            }
        }
        input.parse::<Option<Token![,]>>()?;
    }
    Ok(values)
}

fn parse_member(input: ParseStream<'_>) -> syn::Result<ClaimValue> {
    if input.peek(token::Bracket) || input.peek(token::Paren) {
        return Err(input.error("a list of values can't contain another list"));
    }
    let value = parse_single(input)?;
    check_end(input, &value)?;
    Ok(value)
}

/// Parses a literal or the path of a constant.
fn parse_single(input: ParseStream<'_>) -> syn::Result<ClaimValue> {
    if input.peek(Lit) {
        return literal(input.parse()?);
    }
    if input.peek(Token![-]) {
        // The sign of a number is part of its literal.
        return Err(input.error("expected an integer literal after `-`"));
    }
    if !input.peek(Token![::]) && !input.peek(Ident::peek_any) {
        return Err(input.error(EXPECTED));
    }
    let path = input.call(Path::parse_mod_style)?;
    if input.peek(Token![!]) {
        let message = format!(
            "a macro call can't be a value here: write `const VALUE: &str = {}!(..);`, and use \
             `VALUE`",
            path.to_token_stream()
        );
        return Err(syn::Error::new(path.span(), message));
    }
    let name = path
        .get_ident()
        .map(ToString::to_string)
        .unwrap_or_default();
    match name.as_str() {
        "null" | "None" | "nil" | "undefined" => Err(syn::Error::new(
            path.span(),
            "a claim can't be required to be absent: a claim that is absent or `null` is always \
             refused",
        )),
        "True" | "False" | "TRUE" | "FALSE" => {
            let message = format!("expected `{}`", name.to_lowercase());
            Err(syn::Error::new(path.span(), message))
        }
        text if text.contains(|c: char| c.is_ascii_lowercase()) => {
            let message = format!("expected a value in quotes: write `{text:?}`");
            Err(syn::Error::new(path.span(), message))
        }
        _ => Ok(ClaimValue::Const(path)),
    }
}

const EXPECTED: &str = "expected a string, a boolean, an integer, or the path of a constant";

fn literal(literal: Lit) -> syn::Result<ClaimValue> {
    let span = literal.span();
    let advice = match literal {
        Lit::Str(text) => return Ok(ClaimValue::Str(text)),
        Lit::Bool(value) => return Ok(ClaimValue::Bool(value)),
        Lit::Int(number) => return integer(&number),
        Lit::Float(_) => {
            "a claim can't be compared with a fraction: write an integer, or a string if the claim \
             is a string"
                .to_owned()
        }
        Lit::Char(character) => {
            let text = character.value().to_string();
            format!("expected a string: write `{text:?}`")
        }
        Lit::ByteStr(_) | Lit::CStr(_) | Lit::Byte(_) => {
            "expected a string, which is text in quotes without a prefix".to_owned()
        }
        _ => EXPECTED.to_owned(),
    };
    Err(syn::Error::new(span, advice))
}

fn integer(number: &LitInt) -> syn::Result<ClaimValue> {
    let span: Span = number.span();
    if !matches!(
        number.suffix(),
        "" | "i64" | "u64" | "i32" | "u32" | "i16" | "u16" | "i8" | "u8"
    ) {
        let message = "expected an integer of at most 64 bits, without a suffix";
        return Err(syn::Error::new(span, message));
    }
    let parsed = number.base10_digits().parse::<i128>().ok();
    match parsed.filter(|value| INTEGERS.contains(value)) {
        Some(value) => Ok(ClaimValue::Int(value, span)),
        None => Err(syn::Error::new(
            span,
            "expected an integer of at most 64 bits: from -9223372036854775808 to \
             18446744073709551615",
        )),
    }
}

/// Reports what follows a value, such as an operator.
fn check_end(input: ParseStream<'_>, value: &ClaimValue) -> syn::Result<()> {
    if is_end(input) {
        return Ok(());
    }
    let at = input.span();
    let or = input.peek(Token![||]) || input.peek(Token![|]);
    let is_word = |word: &str| {
        input
            .fork()
            .call(Ident::parse_any)
            .is_ok_and(|next| next == word)
    };
    if or || is_word("or") {
        let source = value.source();
        let message = format!("for one of several values, write `[{source}, ..]`");
        return Err(syn::Error::new(at, message));
    }
    if input.peek(Token![&&]) || is_word("and") {
        let message = "separate several claims by commas: all of them must match";
        return Err(syn::Error::new(at, message));
    }
    if input.peek(Token![..]) || input.peek(Token![..=]) {
        let message = "a claim can't be compared with a range: list the values in brackets";
        return Err(syn::Error::new(at, message));
    }
    let unquoted = matches!(value, ClaimValue::Const(_))
        && matches!(input.cursor().token_tree(), Some((TokenTree::Punct(_), _)));
    Err(input.error(if unquoted {
        "expected `,`: write a value that is text in quotes"
    } else {
        "expected `,`"
    }))
}
