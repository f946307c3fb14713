use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Item;

use crate::attribute::Attribute;
use crate::check::check;
use crate::errors::Errors;
use crate::kind::Kind;
use crate::{handler, module};

/// Expands an attribute and the item under it.
///
/// After a mistake, the item is emitted unchanged next to the errors, so that rustc doesn't also
/// report that it is missing.
pub(crate) fn expand(kind: Kind, arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let attribute = Attribute::parse(kind, arguments, &mut errors);
    check(kind, &attribute.requirements, &mut errors);
    let mut unguarded = item.clone();
    let guarded = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Fn(function)) => handler::expand(&attribute, function, &mut errors),
        Ok(Item::Mod(mut module)) => {
            let guarded = module::expand(&attribute, &mut module, &mut errors);
            unguarded = module.into_token_stream();
            guarded
        }
        Ok(_) | Err(_) => {
            let message = format_args!(
                "`#[{}]` can only be used on an `async fn` or on an inline module (`mod {{ .. }}`)",
                kind.name()
            );
            errors.report(first_token(item), message);
            TokenStream::new()
        }
    };
    match errors.into_result() {
        Ok(()) => guarded,
        Err(error) => {
            let errors = error.into_compile_error();
            quote!(#unguarded #errors)
        }
    }
}

fn first_token(tokens: &TokenStream) -> Span {
    tokens
        .clone()
        .into_iter()
        .next()
        .map_or_else(Span::call_site, |token| token.span())
}
