//! The name of a claim: a string literal, or the path of a constant.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, Lit, LitStr, Path, Token};

use super::tokens::{is_unquoted, parse_string};
use crate::errors::Errors;
use crate::model::ConstStr;

/// Parses the name of a claim, and reports one without quotes.
pub(super) fn parse(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<ConstStr> {
    if let Some(literal) = parse_string(input)? {
        check(&literal, errors);
        return Ok(ConstStr::Literal(literal));
    }
    if is_unquoted(input) {
        return unquoted(input, errors).map(ConstStr::Literal);
    }
    if input.peek(Token![::]) || input.peek(Ident::peek_any) && !input.peek(Lit) {
        return input.call(Path::parse_mod_style).map(ConstStr::Path);
    }
    Err(input.error("expected the name of a claim in quotes, such as `\"tenant\" = \"acme\"`"))
}

/// Reports a name that no claim has.
fn check(literal: &LitStr, errors: &mut Errors) {
    let name = literal.value();
    match name.trim() {
        "" => errors.report(
            literal.span(),
            "expected the name of a claim, found no name",
        ),
        trimmed if trimmed.len() < name.len() => {
            let message = format_args!(
                "the name of a claim must not begin or end with whitespace: write {trimmed:?}"
            );
            errors.report(literal.span(), message);
        }
        _ => {}
    }
}

/// Reads a name without quotes, such as `tenant`, `tenant-id` or `custom:tenant`.
fn unquoted(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<LitStr> {
    let first = input.call(Ident::parse_any)?;
    let mut name = first.unraw().to_string();
    while let Some(separator) = separator(input) {
        name.push(separator);
        input.parse::<proc_macro2::Punct>()?;
        name.push_str(&input.call(Ident::parse_any)?.unraw().to_string());
    }
    let message = format_args!("expected the name of the claim in quotes: write `{name:?}`");
    errors.report(first.span(), message);
    Ok(LitStr::new(&name, first.span()))
}

/// Returns the punctuation between two words of a name.
fn separator(input: ParseStream<'_>) -> Option<char> {
    if !input.peek2(Ident::peek_any) {
        return None;
    }
    if input.peek(Token![-]) {
        Some('-')
    } else if input.peek(Token![.]) {
        Some('.')
    } else if input.peek(Token![/]) {
        Some('/')
    } else if input.peek(Token![:]) && input.peek3(Token![=]) {
        // Without the `=`, the colon stands in its place.
        Some(':')
    } else {
        None
    }
}
