//! Items in a guarded module that could contain or generate a handler that the attribute can't
//! guard.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Item, ItemMacro, ItemUse, Path, Visibility};

use crate::errors::Errors;
use crate::function::Function;
use crate::kind::Kind;
use crate::module::futures::FutureNames;
use crate::module::handler_traits::renamed_traits;
use crate::module::item::ModuleItem;
use crate::module::plain;
use crate::module::search::{Forbidden, Search};
use crate::module::unguarded::Unguarded;
use crate::module::well_known::{HiddenNames, hiding_renames, is_well_known_name};

/// The check of the items of one module that are neither guarded nor exempt.
pub(super) struct Unseen<'a> {
    pub(super) kind: Kind,
    pub(super) krate: &'a Path,
    pub(super) hidden: &'a HiddenNames,
    pub(super) futures: &'a FutureNames,
    /// Whether the compiler checks plain functions. Not if another attribute that expands later adds
    /// the same checks.
    pub(super) asks_compiler: bool,
    pub(super) errors: &'a mut Errors,
}

impl Unseen<'_> {
    /// Reports what could be a handler in an item. Returns the checks by the compiler.
    pub(super) fn check(&mut self, item: &ModuleItem) -> TokenStream {
        match item {
            ModuleItem::Fn(function) => return self.plain_function(function),
            ModuleItem::Block(block) => return self.block(block),
            ModuleItem::Value(value) => self.search(value.tokens.clone(), Forbidden::AnyHandler),
            ModuleItem::Other(Item::Macro(item)) => self.macro_item(item),
            ModuleItem::Other(Item::Use(import)) => self.import(import),
            ModuleItem::Other(Item::ForeignMod(block)) => {
                self.report(block.abi.span(), Unguarded::ForeignFunction);
            }
            ModuleItem::Other(item) => {
                self.search(item.to_token_stream(), Forbidden::AnyHandler);
            }
            ModuleItem::Unknown(_, error) => self.errors.add(error.clone()),
            ModuleItem::Mod(_) | ModuleItem::Guarded(_) => {}
        }
        TokenStream::new()
    }

    pub(super) fn report(&mut self, at: Span, unguarded: Unguarded) {
        let attribute = self.kind.name();
        let message = format_args!("`#[{attribute}]` on the module can't guard {unguarded}");
        self.errors.report(at, message);
    }

    pub(super) fn search(&mut self, tokens: TokenStream, forbidden: Forbidden) {
        let mut search = Search {
            hidden: self.hidden,
            futures: self.futures,
            forbidden,
            found: Vec::new(),
        };
        search.tokens(tokens);
        for (at, unguarded) in search.found {
            self.report(at, unguarded);
        }
    }

    /// Searches the code in a signature and in a body.
    pub(super) fn search_function(&mut self, function: &Function, forbidden: Forbidden) {
        let signature = &function.sig;
        for tokens in [
            signature.generics.to_token_stream(),
            signature.inputs.to_token_stream(),
            signature.output.to_token_stream(),
            signature.generics.where_clause.to_token_stream(),
            function.body.statements(),
        ] {
            self.search(tokens, forbidden);
        }
    }

    pub(super) fn compiler_check(
        &self,
        function: &Function,
        path: &TokenStream,
        around: &[Attribute],
    ) -> TokenStream {
        match self.asks_compiler {
            true => plain::check(function, path, around, self.krate),
            false => TokenStream::new(),
        }
    }

    fn plain_function(&mut self, function: &Function) -> TokenStream {
        let signature = &function.sig;
        let can_be_checked = plain::can_be_checked(function);
        if !can_be_checked
            && self
                .futures
                .are_likely_in(&signature.output.to_token_stream())
        {
            self.report(signature.ident.span(), Unguarded::Future);
            return TokenStream::new();
        }
        self.search_function(function, Forbidden::AnyHandler);
        match can_be_checked {
            true => self.compiler_check(function, &signature.ident.to_token_stream(), &[]),
            false => TokenStream::new(),
        }
    }

    fn macro_item(&mut self, item: &ItemMacro) {
        let Some(name) = &item.ident else {
            self.report(item.mac.path.span(), Unguarded::ItemMacro);
            return;
        };
        if is_well_known_name(&name.unraw().to_string()) {
            self.report(name.span(), Unguarded::HiddenMacro);
        }
        self.search(item.mac.tokens.clone(), Forbidden::Async);
    }

    fn import(&mut self, import: &ItemUse) {
        if !matches!(import.vis, Visibility::Inherited) {
            self.report(import.vis.span(), Unguarded::ReExport);
        }
        for at in hiding_renames(&import.tree) {
            self.report(at, Unguarded::HiddenMacro);
        }
        for at in renamed_traits(&import.tree) {
            self.report(at, Unguarded::HiddenTrait);
        }
    }
}
