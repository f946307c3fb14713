//! An attribute on an inline module: each handler in it gets the attribute's layer.
//!
//! A function that nobody thought of must not be open, so all that could be a handler is guarded,
//! what could hide one is an error ([`unseen`]), and exemptions are written out ([`exempt`]).

mod builtin;
mod exempt;
mod hoist;
mod unseen;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{Item, ItemFn, ItemMod};

use crate::arguments::Key;
use crate::attribute::Attribute;
use crate::errors::Errors;
use crate::handler;
use crate::model::{Asks, Requirement};
use crate::module::exempt::is_exempt;
use crate::module::hoist::Hoisted;
use crate::routes::{self, Routed};

/// The module with its handlers guarded.
///
/// After a mistake `module` is left as rustc can read it, without the attributes that only mean
/// something here.
pub(crate) fn expand(
    attribute: &Attribute,
    module: &mut ItemMod,
    errors: &mut Errors,
) -> TokenStream {
    exempt::settle(module, errors);
    let mut guarded = module.clone();
    let mut walk = Walk {
        attribute,
        hoisted: Hoisted::new(attribute, module, errors),
        inside: Vec::new(),
        handlers: Vec::new(),
        errors,
    };
    walk.module(&mut guarded);
    walk.finish();
    let hoisted = walk.hoisted.items();
    quote!(#hoisted #guarded)
}

/// A handler that the walk has found.
struct Handler {
    /// Its path inside of the module.
    name: String,
    routed: Vec<Routed>,
}

struct Walk<'a> {
    attribute: &'a Attribute,
    hoisted: Hoisted<'a>,
    /// The nested modules around the current item.
    inside: Vec<String>,
    handlers: Vec<Handler>,
    errors: &'a mut Errors,
}

impl<'a> Walk<'a> {
    fn module(&mut self, module: &mut ItemMod) {
        let Some((_, items)) = &mut module.content else {
            let message = "the attribute around sees only what stands inline: write \
                           `mod { .. }`, or move the attribute into the file, onto its handlers";
            self.errors.report(module.mod_token.span, message);
            return;
        };
        let walked = std::mem::take(items).into_iter();
        *items = walked.map(|item| self.item(item)).collect();
    }

    fn item(&mut self, item: Item) -> Item {
        match item {
            exempt if is_exempt(&exempt) => exempt,
            Item::Fn(function) if is_handler(&function) => self.handler(function),
            Item::Mod(mut inner) => {
                self.inside.push(inner.ident.unraw().to_string());
                self.module(&mut inner);
                self.inside.pop();
                Item::Mod(inner)
            }
            other => {
                unseen::check(&other, self.attribute.kind, self.errors);
                other
            }
        }
    }

    fn handler(&mut self, function: ItemFn) -> Item {
        let exemption = "; a function that is no handler says so by `#[helper]`";
        handler::check_shape(self.attribute.kind, &function, exemption, self.errors);
        let mut name = self.inside.join("::");
        if !name.is_empty() {
            name.push_str("::");
        }
        name.push_str(&function.sig.ident.unraw().to_string());
        let routed = routes::visible(&function.attrs);
        let requirement = self.requirement(&name, &routed, function.sig.ident.span());
        self.handlers.push(Handler { name, routed });
        let Some(requirement) = requirement else {
            return Item::Fn(function);
        };
        let depth = self.inside.len().saturating_add(1);
        let layer = self.hoisted.layer(&function, depth, requirement);
        Item::Verbatim(handler::guard(function, &layer, self.errors))
    }

    /// What the attribute asks for a handler, and its place among all that it asks.
    fn requirement(
        &mut self,
        handler: &str,
        routed: &[Routed],
        at: Span,
    ) -> Option<(usize, &'a Requirement)> {
        match &self.attribute.asks {
            Asks::ForAll(requirement) => {
                if let Requirement::Methods(entries) = requirement {
                    routes::check_handler(entries, routed, self.errors);
                }
                Some((0, requirement))
            }
            Asks::ForEach(actions) => {
                let mut actions = actions.iter().enumerate();
                let found = actions.find(|(_, action)| name(&action.key) == handler);
                if found.is_none() {
                    let message = format_args!(
                        "the action map doesn't list this handler: add `{handler} = \"..\"`, or \
                         mark it `#[public(reason = \"..\")]`, or `#[helper]` if it is none"
                    );
                    self.errors.report(at, message);
                }
                found.map(|(position, action)| (position, &action.requirement))
            }
        }
    }

    /// What the attribute says, the module has.
    fn finish(&mut self) {
        let handlers = &self.handlers;
        match &self.attribute.asks {
            Asks::ForEach(actions) => {
                for key in actions.iter().map(|action| &action.key) {
                    if handlers.iter().all(|handler| handler.name != name(key)) {
                        let message = format_args!("no handler of the module is `{}`", name(key));
                        self.errors.report(key.span, message);
                    }
                }
            }
            // A handler without a visible route may take any method.
            Asks::ForAll(Requirement::Methods(entries))
                if handlers.iter().all(|handler| !handler.routed.is_empty()) =>
            {
                let routed = handlers.iter().flat_map(|handler| &handler.routed);
                routes::check_map(entries, routed, self.errors);
            }
            Asks::ForAll(_) => {}
        }
    }
}

fn name(key: &Key) -> &str {
    key.text.strip_prefix("r#").unwrap_or(&key.text)
}

/// All that Actix, or another attribute, could make a handler of.
fn is_handler(function: &ItemFn) -> bool {
    function.sig.asyncness.is_some() || !function.attrs.iter().all(builtin::is_builtin)
}
