//! `#[helper]` and `#[public(reason = "..")]`: what an attribute on a module leaves alone.

use quote::ToTokens;
use syn::parse_quote;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, ImplItem, Item, ItemMod, Lit, MetaNameValue, TraitItem};

use crate::attribute::Kind;
use crate::errors::Errors;
use crate::routes;

const MARK: &str = "__cognito_m2m_exempt";

/// Whether the item is left alone.
pub(super) fn is_exempt(item: &Item) -> bool {
    match item {
        Item::Fn(item) => has_mark(&item.attrs),
        Item::Impl(item) => has_mark(&item.attrs),
        Item::Macro(item) => has_mark(&item.attrs),
        Item::Mod(item) => has_mark(&item.attrs),
        Item::Trait(item) => has_mark(&item.attrs),
        Item::Use(item) => has_mark(&item.attrs),
        _ => false,
    }
}

pub(super) fn has_mark(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg_attr")
            && attribute.to_token_stream().to_string().contains(MARK)
    })
}

/// Replaces the exemptions in a module by a lasting mark.
///
/// They mean nothing to rustc, so they can't stay; yet the attributes further down, on this module
/// and on those inside, must know of them too. A `cfg_attr` whose condition is never met stays, and
/// does nothing.
pub(super) fn settle(module: &mut ItemMod, errors: &mut Errors) {
    let Some((_, items)) = &mut module.content else {
        return;
    };
    for item in items {
        for attributes in attributes(item) {
            settle_attributes(attributes, errors);
        }
        if let Item::Mod(inner) = item {
            settle(inner, errors);
        }
    }
}

/// The attributes of an item, and of what stands in it.
fn attributes(item: &mut Item) -> Vec<&mut Vec<Attribute>> {
    match item {
        Item::Fn(item) => vec![&mut item.attrs],
        Item::Macro(item) => vec![&mut item.attrs],
        Item::Mod(item) => vec![&mut item.attrs],
        Item::Use(item) => vec![&mut item.attrs],
        Item::Impl(block) => {
            let members = block.items.iter_mut().filter_map(|member| match member {
                ImplItem::Fn(function) => Some(&mut function.attrs),
                _ => None,
            });
            std::iter::once(&mut block.attrs).chain(members).collect()
        }
        Item::Trait(block) => {
            let members = block.items.iter_mut().filter_map(|member| match member {
                TraitItem::Fn(function) => Some(&mut function.attrs),
                _ => None,
            });
            std::iter::once(&mut block.attrs).chain(members).collect()
        }
        _ => Vec::new(),
    }
}

fn settle_attributes(attributes: &mut [Attribute], errors: &mut Errors) {
    let is_routed = !routes::visible(attributes).is_empty();
    let mut exempt = false;
    for attribute in attributes.iter_mut() {
        if attribute.path().is_ident("helper") {
            check_helper(attribute, is_routed, errors);
        } else if attribute.path().is_ident("public") {
            check_reason(attribute, errors);
        } else {
            continue;
        }
        let mark = syn::Ident::new(MARK, attribute.span());
        *attribute = parse_quote!(#[cfg_attr(any(), #mark)]);
        exempt = true;
    }
    let guard = attributes.iter().find(|one| Kind::of(one.path()).is_some());
    if let (true, Some(guard)) = (exempt, guard) {
        let message = "this attribute guards what another one exempts: keep one of them";
        errors.report(guard.path().span(), message);
    }
}

fn check_helper(attribute: &Attribute, is_routed: bool, errors: &mut Errors) {
    if let Err(error) = attribute.meta.require_path_only() {
        errors.add(error);
    }
    if is_routed {
        let message = "a function with a route is a handler: let `#[public(reason = \"..\")]` say \
                       why it is open";
        errors.report(attribute.path().span(), message);
    }
}

fn check_reason(attribute: &Attribute, errors: &mut Errors) {
    let is_reason = |given: MetaNameValue| match given.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(reason),
            ..
        }) => given.path.is_ident("reason") && !reason.value().trim().is_empty(),
        _ => false,
    };
    if !attribute.parse_args().is_ok_and(is_reason) {
        let message = "an open handler says why: `#[public(reason = \"..\")]`";
        errors.report(attribute.path().span(), message);
    }
}
