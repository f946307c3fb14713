//! `#[helper]` and `#[public(reason = "..")]`, which exempt items of a guarded module.

use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Ident, Meta, Path, Token, parse_quote};

use crate::errors::Errors;
use crate::kind::Kind;
use crate::module::item::{Member, Module, ModuleItem};
use crate::{public, routes};

const MARK: &str = "__cognito_m2m_exempt";

/// Returns `true` if the attribute on the module must not change the item with these attributes.
pub(super) fn has_mark(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .any(|attribute| is_mark(attribute).unwrap_or_default() || public::is_public(attribute))
}

/// Returns `true` for exactly `cfg_attr(any(), MARK)`.
fn is_mark(attribute: &Attribute) -> syn::Result<bool> {
    let list = attribute.meta.require_list()?;
    let metas = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?;
    let mut metas = metas.iter();
    let (condition, mark, rest) = (metas.next(), metas.next(), metas.next());
    let is_false = |condition: &Meta| {
        let list = condition.require_list();
        list.is_ok_and(|list| list.path.is_ident("any") && list.tokens.is_empty())
    };
    let is_named = |mark: &Meta| {
        mark.require_path_only()
            .is_ok_and(|mark| mark.is_ident(MARK))
    };
    Ok(list.path.is_ident("cfg_attr")
        && condition.is_some_and(is_false)
        && mark.is_some_and(is_named)
        && rest.is_none())
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
    let ModuleItem::Block(block) = item else {
        return item.attributes().into_iter().collect();
    };
    let members = block.members.iter_mut().map(|member| match member {
        Member::Fn(function) => &mut function.attrs,
        Member::Value(value) => &mut value.attrs,
        Member::Other { attrs, .. } => attrs,
    });
    std::iter::once(&mut block.attrs).chain(members).collect()
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
