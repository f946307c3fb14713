//! Constants that are generated next to a guarded module.
//!
//! The paths in an attribute are resolved where the attribute is: outside of the module. A policy
//! with relative paths becomes a constant there, and the handlers refer to it.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute as RustAttribute, Ident, Path};

use crate::attribute::Attribute;
use crate::cfg::cfgs;
use crate::errors::Errors;
use crate::function::Function;
use crate::guard::{self, PREFIX};
use crate::handler::Layer;
use crate::model::Requirement;
use crate::module::item::Module;
use crate::policy;

/// The constants of one attribute on a module.
pub(super) struct Hoisted<'a> {
    attribute: &'a Attribute,
    module: &'a Ident,
    cfgs: Vec<RustAttribute>,
    names: BTreeSet<String>,
    items: TokenStream,
}

impl<'a> Hoisted<'a> {
    pub(super) fn new(attribute: &'a Attribute, module: &'a Module, errors: &mut Errors) -> Self {
        if is_relative(&attribute.krate) {
            errors.add(syn::Error::new_spanned(
                &attribute.krate,
                "on a module, this path is also used inside the module: start it with `crate::` or `::`",
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

    /// Returns the layer of a handler that is nested in `depth` modules.
    ///
    /// `position` is the position of the requirement in the attribute.
    pub(super) fn layer(
        &mut self,
        handler: &Function,
        depth: usize,
        (position, requirement): (usize, &Requirement),
    ) -> Layer<'a> {
        let Attribute {
            krate,
            refusal,
            report_only,
            ..
        } = self.attribute;
        // Each attribute on the module finds one more layer on the handlers than the attribute above
        // it, so the number distinguishes their constants.
        let stem = format!(
            "{PREFIX}{}_{}",
            guard::layer_count(&handler.sig).saturating_add(1),
            self.module
        );
        let policy = policy::policy(requirement, self.attribute);
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
            report_only: *report_only,
            catalogue: self.attribute.catalogue.as_deref(),
        }
    }

    /// Generates a constant, and returns its path relative to the handler.
    fn constant(
        &mut self,
        name: &str,
        depth: usize,
        type_name: &TokenStream,
        value: &impl ToTokens,
    ) -> TokenStream {
        let ident = Ident::new(name, Span::call_site());
        if self.names.insert(name.to_owned()) {
            let (krate, cfgs) = (&self.attribute.krate, &self.cfgs);
            self.items.extend(quote! {
                #(#cfgs)*
                #[doc(hidden)]
                #[allow(non_upper_case_globals)]
                const #ident: #krate::__private::#type_name = #value;
            });
        }
        let up = std::iter::repeat_n(quote!(super::), depth);
        quote!(#(#up)* #ident)
    }

    /// Returns the constants.
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
