//! Checks that the arguments of a handler are extractors.
//!
//! Without the checks, rustc would only report that the function is not a handler, and only where it
//! is mounted.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{FnArg, GenericParam, PatType, Path, Signature, Type};

use crate::cfg::cfgs;
use crate::errors::Errors;
use crate::policy::located_at;

/// The most arguments of a handler in Actix. The guard doesn't count, because it shares an argument if
/// necessary.
const MAX_ARGUMENTS: usize = 16;

/// Reports the first argument that is too many.
pub(crate) fn check_count(signature: &Signature, errors: &mut Errors) {
    let is_conditional = typed(signature).any(|argument| !cfgs(&argument.attrs).is_empty());
    let Some(argument) = typed(signature).nth(MAX_ARGUMENTS) else {
        return;
    };
    if !is_conditional {
        let message = format_args!(
            "Actix accepts at most {MAX_ARGUMENTS} arguments: combine two of them in a tuple, such as \
             `(first, second): (First, Second)`"
        );
        errors.add(syn::Error::new_spanned(argument, message));
    }
}

/// Returns an item without code that fails to compile if an argument is no extractor.
///
/// rustc reports the error at the type of the argument.
pub(crate) fn checks(signature: &Signature, krate: &Path) -> TokenStream {
    // A type with generic parameters would need the bounds of the function.
    let is_generic = signature
        .generics
        .params
        .iter()
        .any(|parameter| !matches!(parameter, GenericParam::Lifetime(_)));
    if is_generic {
        return TokenStream::new();
    }
    let fields = typed(signature)
        .enumerate()
        .filter_map(|(position, argument)| {
            let (cfgs, name) = (cfgs(&argument.attrs), format_ident!("_{position}"));
            let checked = checked(&argument.ty, krate)?;
            Some(quote!(#(#cfgs)* #name: #checked))
        });
    let fields: Vec<_> = fields.collect();
    if fields.is_empty() {
        return TokenStream::new();
    }
    // Names with an underscore in front are not reported as unused.
    quote!(struct __CognitoM2mArguments { #(#fields),* })
}

fn typed(signature: &Signature) -> impl Iterator<Item = &PatType> {
    signature
        .inputs
        .iter()
        .filter_map(|argument| match argument {
            FnArg::Typed(argument) => Some(argument),
            FnArg::Receiver(_) => None,
        })
}

/// Returns a type that requires the type of an argument to be an extractor, or `None` if the type
/// can't stand in a struct.
fn checked(argument: &Type, krate: &Path) -> Option<TokenStream> {
    let argument = with_static_lifetimes(argument.to_token_stream())?;
    let mut tokens = argument.clone().into_iter();
    let start = tokens.next()?.span();
    let end = tokens.last().map_or(start, |token| token.span());
    // rustc reports the whole type, so it begins and ends where the argument does. A span in source
    // code and one in an expansion could not be joined.
    let path = located_at(start, &quote!(#krate::__private::Argument));
    let (open, close) = (located_at(start, &quote!(<)), located_at(end, &quote!(>)));
    Some(quote!(#path #open #argument #close))
}

/// Replaces lifetimes by `'static`: extractors contain no others.
///
/// Returns `None` for types that can't stand in a bound, or whose lifetimes are not written.
fn with_static_lifetimes(tokens: TokenStream) -> Option<TokenStream> {
    let mut replaced = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Ident(word) if word == "impl" || word == "Self" || word == "for" => {
                return None;
            }
            // The lifetime may be left out.
            TokenTree::Punct(mark) if mark.as_char() == '&' => return None,
            TokenTree::Punct(mark) if mark.as_char() == '\'' => {
                tokens.next();
                replaced.extend(quote!('static));
            }
            TokenTree::Group(group) => {
                let inner = with_static_lifetimes(group.stream())?;
                let mut group = proc_macro2::Group::new(group.delimiter(), inner);
                group.set_span(token.span());
                replaced.extend([TokenTree::from(group)]);
            }
            _ => replaced.extend([token]),
        }
    }
    Some(replaced)
}
