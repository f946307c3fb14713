//! The end of an argument: a comma, or the end of the arguments.

use proc_macro2::TokenTree;
use syn::Token;
use syn::parse::ParseStream;

pub(crate) fn is_end(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// Skips the rest of an argument that has a mistake.
pub(crate) fn skip_to_end(input: ParseStream<'_>) -> syn::Result<()> {
    while !is_end(input) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
