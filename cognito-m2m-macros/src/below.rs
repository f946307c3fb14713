//! Attributes of other crates below those of this crate, which see the guard among the arguments.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Meta};

/// The attributes of the crate `cached`. They use the arguments of a function as the key, and pass
/// them on by name.
const CACHES: [&str; 4] = ["cached", "concurrent_cached", "io_cached", "once"];

/// The attributes of apistos and paperclip. They document each argument by its type.
const GENERATORS: [&str; 2] = ["api_operation", "api_v2_operation"];

/// Returns `true` if one of the attributes needs a name for the guard.
pub(crate) fn needs_name(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .any(|attribute| is_one_of(attribute, &CACHES))
}

/// Returns the attribute that can't document a guard that shares its argument.
pub(crate) fn generator(attributes: &[Attribute]) -> Option<&Attribute> {
    attributes
        .iter()
        .find(|attribute| is_one_of(attribute, &GENERATORS))
}

fn is_one_of(attribute: &Attribute, names: &[&str]) -> bool {
    let path = attribute.path();
    if path.is_ident("cfg_attr") {
        return match &attribute.meta {
            Meta::List(list) => mentions(list.tokens.to_token_stream(), names),
            _ => false,
        };
    }
    let last = path.segments.last();
    last.is_some_and(|last| names.iter().any(|name| last.ident == name))
}

fn mentions(tokens: TokenStream, names: &[&str]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), names),
        TokenTree::Ident(word) => names.iter().any(|name| word == name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
