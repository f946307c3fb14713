//! Asks the compiler whether a plain function returns a future, or something else that Actix calls.
//!
//! A macro can't resolve types. The generated code uses the return type where it must implement a
//! trait with an ambiguous implementation for futures, so rustc reports a function that returns one.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::punctuated::Punctuated;
use syn::{Attribute, FnArg, GenericParam, Meta, Path, Safety, Token, parse_quote};

use crate::function::Function;

/// Returns `true` if the compiler can be asked: the function has no generic types, also none in the
/// form of `impl Trait` arguments.
pub(super) fn can_be_checked(function: &Function) -> bool {
    let signature = &function.sig;
    let mut generics = signature.generics.params.iter();
    generics.all(|parameter| matches!(parameter, GenericParam::Lifetime(_)))
        && signature.variadic.is_none()
        && !contains_impl(signature.inputs.to_token_stream())
}

fn contains_impl(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => contains_impl(group.stream()),
        TokenTree::Ident(word) => word == "impl",
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// Returns an item that compiles only if the function at `path` returns nothing that Actix calls.
///
/// `around` are the attributes of the `impl` around the function.
pub(super) fn check(
    function: &Function,
    path: &TokenStream,
    around: &[Attribute],
    krate: &Path,
) -> TokenStream {
    let attributes = around.iter().chain(&function.attrs);
    let conditions: Vec<_> = attributes.clone().filter_map(condition).collect();
    let is_deprecated = |attribute: &Attribute| attribute.path().is_ident("deprecated");
    let is_deprecated = attributes.clone().any(is_deprecated);
    let allowed = is_deprecated.then(|| quote!(#[allow(deprecated)]));
    let arguments: Vec<_> = function
        .sig
        .inputs
        .iter()
        .enumerate()
        .map(argument)
        .collect();
    let qualifiers = qualifiers(function);
    let private = quote!(#krate::__private);
    // rustc reports a future at the name of the function.
    let at = function.sig.ident.span();
    let call = quote_spanned!(at=> #private::plain_function::check(__cognito_m2m_returned(#path)));
    // A function that is never used, so that it doesn't hide that the user's is never used.
    quote! {
        #(#conditions)*
        const _: () = {
            #allowed
            fn __cognito_m2m_check() {
                fn __cognito_m2m_returned<#(#arguments,)* R>(
                    _: #qualifiers fn(#(#arguments),*) -> R,
                ) -> ::core::marker::PhantomData<fn() -> R> {
                    ::core::marker::PhantomData
                }
                #call;
            }
        };
    }
}

/// Returns the name of an argument's type, with the conditions of the argument.
fn argument((position, argument): (usize, &FnArg)) -> TokenStream {
    let attributes = match argument {
        FnArg::Receiver(receiver) => &receiver.attrs,
        FnArg::Typed(typed) => &typed.attrs,
    };
    let conditions = attributes.iter().filter_map(condition);
    let name = format_ident!("A{position}");
    quote!(#(#conditions)* #name)
}

/// Returns the qualifiers of the type of a pointer to the function.
fn qualifiers(function: &Function) -> TokenStream {
    let mut attributes = function.attrs.iter();
    let has_target_feature = attributes.any(|attribute| {
        let meta = attribute.meta.to_token_stream().to_string();
        meta.contains("target_feature")
    });
    let is_unsafe = matches!(function.sig.safety, Safety::Unsafe(_)) || has_target_feature;
    let unsafety = is_unsafe.then(|| quote!(unsafe));
    let abi = &function.sig.abi;
    quote!(#unsafety #abi)
}

/// Returns the part of an attribute that decides whether an item is compiled.
fn condition(attribute: &Attribute) -> Option<Attribute> {
    let meta = condition_in(&attribute.meta)?;
    Some(parse_quote!(#[#meta]))
}

fn condition_in(meta: &Meta) -> Option<Meta> {
    if meta.path().is_ident("cfg") {
        return Some(meta.clone());
    }
    if !meta.path().is_ident("cfg_attr") {
        return None;
    }
    let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
    let metas = meta.require_list().ok()?.parse_args_with(parser).ok()?;
    let mut metas = metas.iter();
    let predicate = metas.next()?;
    let conditions: Vec<_> = metas.filter_map(condition_in).collect();
    (!conditions.is_empty()).then(|| parse_quote!(cfg_attr(#predicate, #(#conditions),*)))
}
