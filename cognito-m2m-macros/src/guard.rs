//! The guard argument, which an attribute adds in front of the handler's arguments.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, FnArg, GenericArgument, Ident, Pat, PatType, Path, PathArguments, PathSegment,
    Signature, Type, parse_quote,
};

use crate::below;
use crate::errors::Errors;
use crate::function::Function;

/// The prefix of all generated names.
pub(crate) const PREFIX: &str = "__cognito_m2m_";

/// If a handler has this many arguments, the most that Actix accepts, the guard and the first one become
/// a tuple.
const MAX_ARGUMENTS: usize = 16;

/// Clippy warns about functions with more arguments than this.
const MAX_ARGUMENTS_OF_CLIPPY: usize = 7;

/// Returns the number of policies that attributes have added to the guard so far.
pub(crate) fn layer_count(signature: &Signature) -> usize {
    marker_count(signature.inputs.to_token_stream())
}

/// Adds a policy to the existing guard, or adds a guard in front of the arguments. Returns the type that
/// combines the policies.
pub(crate) fn add(
    function: &mut Function,
    marker: &Ident,
    krate: &Path,
    errors: &mut Errors,
) -> Type {
    for argument in &mut function.sig.inputs {
        if let FnArg::Typed(typed) = argument
            && let Some(upper) = policy_type(&mut typed.ty)
        {
            // Attributes expand from top to bottom, so the existing policy is from one above.
            *upper = parse_quote!(#krate::__private::Both<#upper, #marker>);
            return upper.clone();
        }
    }
    insert(
        function,
        &parse_quote!(#krate::__private::Guard<#marker>),
        errors,
    );
    parse_quote!(#marker)
}

/// Adds an argument in front of the others, but after `self`. If there are already as many as Actix
/// accepts, it shares one with the first of them.
pub(crate) fn insert(function: &mut Function, argument: &Type, errors: &mut Errors) {
    let name: Pat = if below::needs_name(&function.attrs) {
        // Without the prefix, which markers have.
        parse_quote!(_cognito_m2m_guard)
    } else {
        parse_quote!(_)
    };
    let signature = &mut function.sig;
    if signature.inputs.len() >= MAX_ARGUMENTS_OF_CLIPPY {
        // The user wrote one argument less than Clippy would count.
        function
            .attrs
            .push(parse_quote!(#[allow(clippy::too_many_arguments)]));
    }
    let is_full = signature.inputs.len() >= MAX_ARGUMENTS;
    let position = usize::from(signature.receiver().is_some());
    match signature.inputs.get_mut(position) {
        Some(FnArg::Typed(first)) if is_full => {
            check_generators(&function.attrs, errors);
            share(first, &name, argument, errors);
        }
        _ => signature
            .inputs
            .insert(position, parse_quote!(#name: #argument)),
    }
}

fn check_generators(attributes: &[Attribute], errors: &mut Errors) {
    if let Some(generator) = below::generator(attributes) {
        errors.add(syn::Error::new_spanned(
            generator,
            "this attribute can't document a guarded handler with 16 arguments, because the guard is \
             combined with the first one: put it above the guard, or take one argument less",
        ));
    }
}

fn share(first: &mut PatType, name: &Pat, argument: &Type, errors: &mut Errors) {
    let PatType { attrs, pat, ty, .. } = first;
    if let Some(cfg) = attrs.iter().find(|attribute| is_cfg(attribute)) {
        errors.add(syn::Error::new_spanned(
            cfg,
            "the first argument of a handler with this many arguments can't be conditional, \
             because the guard is combined with it: put an unconditional argument first",
        ));
    }
    **pat = parse_quote!((#name, #pat));
    **ty = parse_quote!((#argument, #ty));
}

fn is_cfg(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}

/// Returns the policy type of a guard, or `None` if the argument has no guard.
///
/// The marker types identify a guard. The path of `Guard` doesn't, because each attribute on the
/// handler can have a different `crate = path`.
fn policy_type(argument: &mut Type) -> Option<&mut Type> {
    match argument {
        Type::Tuple(tuple) => policy_type(tuple.elems.first_mut()?),
        Type::Group(group) => policy_type(&mut group.elem),
        Type::Paren(paren) => policy_type(&mut paren.elem),
        Type::Path(path) => policy_argument(path.path.segments.last_mut()?),
        _ => None,
    }
}

fn policy_argument(segment: &mut PathSegment) -> Option<&mut Type> {
    let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else {
        return None;
    };
    match arguments.args.first_mut()? {
        GenericArgument::Type(policy)
            if segment.ident == "Guard" && marker_count(policy.to_token_stream()) > 0 =>
        {
            Some(policy)
        }
        _ => None,
    }
}

fn marker_count(tokens: TokenStream) -> usize {
    let count = |token| match token {
        TokenTree::Group(group) => marker_count(group.stream()),
        TokenTree::Ident(ident) => usize::from(ident.to_string().starts_with(PREFIX)),
        TokenTree::Punct(_) | TokenTree::Literal(_) => 0,
    };
    tokens.into_iter().map(count).sum()
}
