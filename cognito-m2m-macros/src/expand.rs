use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Item;

use crate::attribute::{Attribute, Kind};
use crate::errors::Errors;
use crate::{handler, module};

/// What an attribute and the item under it become.
///
/// After a mistake the item is still there, as it was, so that rustc doesn't complain about its
/// absence too.
pub(crate) fn expand(kind: Kind, arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let attribute = Attribute::parse(kind, arguments, &mut errors);
    let mut unguarded = item.clone();
    let guarded = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Fn(function)) => handler::expand(&attribute, function, &mut errors),
        Ok(Item::Mod(mut module)) => {
            let guarded = module::expand(&attribute, &mut module, &mut errors);
            unguarded = module.into_token_stream();
            guarded
        }
        Ok(_) | Err(_) => {
            errors.report(first_token(item), unsupported(kind));
            TokenStream::new()
        }
    };
    match errors.check() {
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

fn unsupported(kind: Kind) -> String {
    format!(
        "`#[{}]` stands on an `async fn` or on a `mod {{ .. }}` with its handlers",
        kind.name()
    )
}
