//! Paths in an attribute mean what they mean where it stands: outside of the module it guards.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute as RustAttribute, Ident, ItemFn, ItemMod, Path};

use crate::attribute::Attribute;
use crate::errors::Errors;
use crate::guard::{self, PREFIX};
use crate::handler::{Layer, cfgs};
use crate::model::Requirement;
use crate::policy;

/// Constants beside the module, for what has relative paths in it.
pub(super) struct Hoisted<'a> {
    attribute: &'a Attribute,
    module: &'a Ident,
    cfgs: Vec<RustAttribute>,
    names: BTreeSet<String>,
    items: TokenStream,
}

impl<'a> Hoisted<'a> {
    pub(super) fn new(attribute: &'a Attribute, module: &'a ItemMod, errors: &mut Errors) -> Self {
        if is_relative(&attribute.krate) {
            errors.add(syn::Error::new_spanned(
                &attribute.krate,
                "on a module this path is used inside of it too: start it with `crate::` or `::`",
            ));
        }
        Self {
            attribute,
            module: &module.ident,
            cfgs: cfgs(&module.attrs),
            names: BTreeSet::new(),
            items: TokenStream::new(),
        }
    }

    /// What a handler gets that stands in so many modules.
    pub(super) fn layer(
        &mut self,
        handler: &ItemFn,
        depth: usize,
        (position, requirement): (usize, &Requirement),
    ) -> Layer<'a> {
        let Attribute { krate, refusal, .. } = self.attribute;
        // The attributes of one module see the same handlers, each one layer more on them.
        let stem = format!(
            "{PREFIX}{}_{}",
            guard::layers(&handler.sig).saturating_add(1),
            self.module
        );
        let policy = policy::policy(requirement, krate);
        let policy = if requirement.constants().any(is_relative) {
            let name = format!("{stem}_{position}");
            self.constant(&name, depth, &quote!(Policy), &policy)
        } else {
            policy
        };
        let refusal = refusal.as_ref().map(|path| {
            if is_relative(path) {
                let name = format!("{stem}_error");
                self.constant(&name, depth, &quote!(RefusalFn), path)
            } else {
                path.to_token_stream()
            }
        });
        Layer {
            krate,
            policy,
            refusal,
        }
    }

    /// The path to a constant as seen from the handler.
    fn constant(
        &mut self,
        name: &str,
        depth: usize,
        kind: &TokenStream,
        value: &impl ToTokens,
    ) -> TokenStream {
        let ident = Ident::new(name, Span::call_site());
        if self.names.insert(name.to_owned()) {
            let (krate, cfgs) = (&self.attribute.krate, &self.cfgs);
            self.items.extend(quote! {
                #(#cfgs)*
                #[doc(hidden)]
                #[allow(non_upper_case_globals)]
                const #ident: #krate::__private::#kind = #value;
            });
        }
        let up = std::iter::repeat_n(quote!(super::), depth);
        quote!(#(#up)* #ident)
    }

    pub(super) fn items(self) -> TokenStream {
        self.items
    }
}

fn is_relative(path: &Path) -> bool {
    let first = path
        .segments
        .first()
        .map(|segment| segment.ident.to_string());
    path.leading_colon.is_none() && !matches!(first.as_deref(), Some("crate" | "$crate"))
}
