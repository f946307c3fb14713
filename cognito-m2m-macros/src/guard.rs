//! The one argument in front of the handler's own.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, FnArg, GenericArgument, Ident, PatType, Path, PathArguments, PathSegment, Signature,
    Type, parse_quote,
};

use crate::errors::Errors;

/// What every generated name starts with.
pub(crate) const PREFIX: &str = "__cognito_m2m_";

/// With so many arguments the guard shares the first one.
///
/// Actix takes 16 at most. Clippy warns of more than 7, and where the guard is the eighth it would
/// point at a function that the user wrote with 7.
const SHARED_FROM: usize = 7;

/// How many attributes have put their policies into the guard so far.
pub(crate) fn layers(signature: &Signature) -> usize {
    markers(signature.inputs.to_token_stream())
}

/// Puts a policy into the guard that is there, or a guard in front of the arguments.
pub(crate) fn add(signature: &mut Signature, marker: &Ident, krate: &Path, errors: &mut Errors) {
    for argument in &mut signature.inputs {
        if let FnArg::Typed(typed) = argument
            && let Some(upper) = guarded(&mut typed.ty)
        {
            // Attributes expand from top to bottom, so what is there stands above.
            *upper = parse_quote!(#krate::__private::Both<#upper, #marker>);
            return;
        }
    }
    let guard: Type = parse_quote!(#krate::__private::Guard<#marker>);
    let is_full = signature.inputs.len() >= SHARED_FROM;
    match signature.inputs.first_mut() {
        Some(FnArg::Typed(first)) if is_full => share(first, &guard, errors),
        _ => signature.inputs.insert(0, parse_quote!(_: #guard)),
    }
}

fn share(first: &mut PatType, guard: &Type, errors: &mut Errors) {
    let PatType { attrs, pat, ty, .. } = first;
    if let Some(cfg) = attrs.iter().find(|attribute| is_cfg(attribute)) {
        errors.add(syn::Error::new_spanned(
            cfg,
            "the guard shares the first of so many arguments, so this one can't be conditional: \
             write another one first",
        ));
    }
    **pat = parse_quote!((_, #pat));
    **ty = parse_quote!((#guard, #ty));
}

fn is_cfg(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}

/// The policy of a guard, also of one that shares its argument.
///
/// Known by the marker types in it: the path in front of `Guard` may be another one for each
/// attribute (`crate = path`).
fn guarded(argument: &mut Type) -> Option<&mut Type> {
    match argument {
        Type::Tuple(tuple) => guarded(tuple.elems.first_mut()?),
        Type::Group(group) => guarded(&mut group.elem),
        Type::Paren(paren) => guarded(&mut paren.elem),
        Type::Path(path) => guard_argument(path.path.segments.last_mut()?),
        _ => None,
    }
}

fn guard_argument(segment: &mut PathSegment) -> Option<&mut Type> {
    let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else {
        return None;
    };
    match arguments.args.first_mut()? {
        GenericArgument::Type(policy)
            if segment.ident == "Guard" && markers(policy.to_token_stream()) > 0 =>
        {
            Some(policy)
        }
        _ => None,
    }
}

fn markers(tokens: TokenStream) -> usize {
    let count = |token| match token {
        TokenTree::Group(group) => markers(group.stream()),
        TokenTree::Ident(ident) => usize::from(ident.to_string().starts_with(PREFIX)),
        TokenTree::Punct(_) | TokenTree::Literal(_) => 0,
    };
    tokens.into_iter().map(count).sum()
}
