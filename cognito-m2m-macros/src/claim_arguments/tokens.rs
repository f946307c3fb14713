//! The tokens that all parts of a claim have in common.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, Lit, LitStr, Token, token};

use crate::errors::Errors;

/// Parses `=`, and reports another notation in its place. `form` is what to write.
pub(super) fn parse_equals(
    input: ParseStream<'_>,
    form: &str,
    errors: &mut Errors,
) -> syn::Result<()> {
    let at = input.span();
    let separator = if input.peek(Token![==]) {
        input.parse::<Token![==]>()?;
        "=="
    } else if input.peek(Token![=>]) {
        input.parse::<Token![=>]>()?;
        "=>"
    } else if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return Ok(());
    } else if input.peek(Token![:]) {
        input.parse::<Token![:]>()?;
        ":"
    } else if input.peek(token::Bracket) || input.peek(Lit) {
        errors.report(at, format_args!("expected `=`: write `{form}`"));
        return Ok(());
    } else if input.peek(token::Paren) {
        let message = format!("expected `=`, found parentheses: write `{form}`");
        return Err(syn::Error::new(at, message));
    } else {
        let message = "expected `=`: a claim can only be compared for equality, with a value or with \
                       one of several in brackets";
        return Err(syn::Error::new(at, message));
    };
    let message = format_args!("expected `=`, found `{separator}`: write `{form}`");
    errors.report(at, message);
    Ok(())
}

/// Returns `true` for a lower-case name, which is more likely a text without quotes than a constant.
pub(super) fn is_unquoted(input: ParseStream<'_>) -> bool {
    let name = input.fork().call(Ident::parse_any);
    let has_lower_case = |name: &Ident| name.to_string().contains(|c: char| c.is_ascii_lowercase());
    name.is_ok_and(|name| has_lower_case(&name)) && !input.peek2(Token![::])
}

/// Parses a string literal if one is next.
pub(super) fn parse_string(input: ParseStream<'_>) -> syn::Result<Option<LitStr>> {
    if input.peek(LitStr) {
        input.parse().map(Some)
    } else {
        Ok(None)
    }
}
