//! `#[helper]` and `#[public(reason = "..")]`, which exempt items of a guarded module.

use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, Ident, Item, Path, parse_quote};

use crate::errors::Errors;
use crate::kind::Kind;
use crate::module::item::{Member, Module, ModuleItem};
use crate::{public, routes};

const MARK: &str = "__cognito_m2m_exempt";

/// Returns `true` if the attribute on the module must not change the item.
pub(super) fn is_exempt(item: &ModuleItem) -> bool {
    match item {
        ModuleItem::Fn(item) => has_mark(&item.attrs),
        ModuleItem::Block(item) => has_mark(&item.attrs),
        ModuleItem::Value(item) => has_mark(&item.attrs),
        ModuleItem::Mod(item) => has_mark(&item.attrs),
        ModuleItem::Other(Item::Macro(item)) => has_mark(&item.attrs),
        ModuleItem::Other(Item::Use(item)) => has_mark(&item.attrs),
        ModuleItem::Other(_) | ModuleItem::Unknown(..) | ModuleItem::Guarded(_) => false,
    }
}

pub(super) fn has_mark(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_marked = attribute.path().is_ident("cfg_attr")
            && attribute.to_token_stream().to_string().contains(MARK);
        is_marked || public::is_public(attribute)
    })
}

/// Replaces `#[helper]` with a mark, and `#[public]` with its full path, which needs no import.
///
/// rustc doesn't know `#[helper]`, so it can't stay. But the attributes that expand later, on this module
/// and on nested ones, need it too. The mark is a `cfg_attr` with a false condition, which rustc ignores.
pub(super) fn replace_exemptions(module: &mut Module, krate: &Path, errors: &mut Errors) {
    let Some(content) = &mut module.content else {
        return;
    };
    for item in &mut content.items {
        for attributes in attributes(item) {
            replace_exemption(attributes, krate, errors);
        }
        if let ModuleItem::Mod(inner) = item {
            replace_exemptions(inner, krate, errors);
        }
    }
}

/// Returns the attributes of an item, and those of its members.
fn attributes(item: &mut ModuleItem) -> Vec<&mut Vec<Attribute>> {
    match item {
        ModuleItem::Fn(item) => vec![&mut item.attrs],
        ModuleItem::Mod(item) => vec![&mut item.attrs],
        ModuleItem::Value(item) => vec![&mut item.attrs],
        ModuleItem::Block(block) => {
            let members = block.members.iter_mut().map(|member| match member {
                Member::Fn(function) => &mut function.attrs,
                Member::Value(value) => &mut value.attrs,
                Member::Other { attrs, .. } => attrs,
            });
            std::iter::once(&mut block.attrs).chain(members).collect()
        }
        ModuleItem::Other(Item::Macro(item)) => vec![&mut item.attrs],
        ModuleItem::Other(Item::Use(item)) => vec![&mut item.attrs],
        ModuleItem::Other(_) | ModuleItem::Unknown(..) | ModuleItem::Guarded(_) => Vec::new(),
    }
}

fn replace_exemption(attributes: &mut [Attribute], krate: &Path, errors: &mut Errors) {
    let is_routed = !routes::visible_methods(attributes).is_empty();
    let guard = attributes
        .iter()
        .find(|attribute| Kind::from_path(attribute.path()).is_some())
        .map(|attribute| attribute.path().span());
    let mut is_exempt = false;
    for attribute in attributes.iter_mut() {
        let public = if attribute.path().is_ident("helper") {
            check_helper(attribute, is_routed, errors);
            None
        } else if public::is_public(attribute) {
            public::with_full_path(attribute, krate, errors)
        } else {
            continue;
        };
        // Expanding `#[public]` next to a guard would report the same mistake again.
        *attribute = public.filter(|_| guard.is_none()).unwrap_or_else(|| {
            let mark = Ident::new(MARK, attribute.span());
            parse_quote!(#[cfg_attr(any(), #mark)])
        });
        is_exempt = true;
    }
    if let (true, Some(guard)) = (is_exempt, guard) {
        let message = "an item with `#[helper]` or `#[public]` can't be guarded: remove one of the \
                       two attributes";
        errors.report(guard, message);
    }
}

fn check_helper(attribute: &Attribute, is_routed: bool, errors: &mut Errors) {
    if let Err(error) = attribute.meta.require_path_only() {
        errors.add(error);
    }
    if is_routed {
        let message = "a function with a route is a handler: write \
                       `#[public(reason = \"..\")]` to leave it open";
        errors.report(attribute.path().span(), message);
    }
}
