//! The expansion of an attribute on an inline module: each handler in it gets the attribute's
//! layer.
//!
//! A function must not stay open by accident. So everything that could be a handler is guarded,
//! items that could hide a handler are errors ([`unseen`]), and exceptions are explicit
//! ([`exempt`]).

mod builtin;
mod exempt;
mod hoist;
mod item;
mod unseen;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;

use crate::attribute::Attribute;
use crate::errors::Errors;
use crate::function::Function;
use crate::handler;
use crate::model::{Key, Requirement, Requirements};
use crate::module::exempt::is_exempt;
use crate::module::hoist::Hoisted;
pub(crate) use crate::module::item::Module;
use crate::module::item::ModuleItem;
use crate::route_parameters;
use crate::routes::{self, RoutedMethod};

/// Returns the module with its handlers guarded.
///
/// `module` itself loses only the attributes that rustc doesn't know, so that it can be emitted
/// after a mistake.
pub(crate) fn expand(
    attribute: &Attribute,
    module: &mut Module,
    errors: &mut Errors,
) -> TokenStream {
    exempt::replace_exemptions(module, errors);
    let mut guarded = module.clone();
    let mut visitor = Visitor {
        attribute,
        hoisted: Hoisted::new(attribute, module, errors),
        nesting: Vec::new(),
        handlers: Vec::new(),
        errors,
    };
    visitor.visit_module(&mut guarded);
    visitor.check_map();
    let hoisted = visitor.hoisted.items();
    quote!(#hoisted #guarded)
}

/// A handler found in the module.
struct Handler {
    /// The path relative to the module.
    name: String,
    routed: Vec<RoutedMethod>,
}

/// Visits the items of a module, and guards the handlers.
struct Visitor<'a> {
    attribute: &'a Attribute,
    hoisted: Hoisted<'a>,
    /// The names of the nested modules around the current item.
    nesting: Vec<String>,
    handlers: Vec<Handler>,
    errors: &'a mut Errors,
}

impl<'a> Visitor<'a> {
    fn visit_module(&mut self, module: &mut Module) {
        let Some(content) = &mut module.content else {
            let message = "the attribute on the outer module only covers inline modules: write \
                           `mod { .. }`, or put the attribute on the handlers in the file";
            self.errors.report(module.mod_token.span, message);
            return;
        };
        let unguarded = std::mem::take(&mut content.items).into_iter();
        content.items = unguarded.map(|item| self.visit_item(item)).collect();
    }

    fn visit_item(&mut self, item: ModuleItem) -> ModuleItem {
        match item {
            exempt if is_exempt(&exempt) => exempt,
            ModuleItem::Fn(function) if is_handler(&function) => self.guard_handler(function),
            ModuleItem::Mod(mut inner) => {
                self.nesting.push(inner.ident.unraw().to_string());
                self.visit_module(&mut inner);
                self.nesting.pop();
                ModuleItem::Mod(inner)
            }
            other => {
                unseen::check(&other, self.attribute.kind, self.errors);
                other
            }
        }
    }

    fn guard_handler(&mut self, function: Function) -> ModuleItem {
        let advice = "; if the function is not a handler, mark it `#[helper]`";
        handler::check_signature(self.attribute.kind, &function, advice, self.errors);
        let mut name = self.nesting.join("::");
        if !name.is_empty() {
            name.push_str("::");
        }
        name.push_str(&function.sig.ident.unraw().to_string());
        if let Requirements::Shared(Requirement::Claims(claims)) = &self.attribute.requirements {
            route_parameters::check(claims, &function.attrs, self.errors);
        }
        let routed = routes::visible_methods(&function.attrs);
        let requirement = self.requirement(&name, &routed, function.sig.ident.span());
        self.handlers.push(Handler { name, routed });
        let Some(requirement) = requirement else {
            return ModuleItem::Fn(function);
        };
        let depth = self.nesting.len().saturating_add(1);
        let layer = self.hoisted.layer(&function, depth, requirement);
        ModuleItem::Guarded(handler::guard(function, &layer, self.errors))
    }

    /// Returns the requirement for a handler, and its position in the attribute.
    fn requirement(
        &mut self,
        handler: &str,
        routed: &[RoutedMethod],
        at: Span,
    ) -> Option<(usize, &'a Requirement)> {
        match &self.attribute.requirements {
            Requirements::Shared(requirement) => {
                if let Requirement::Methods(entries) = requirement {
                    routes::check_handler(entries, routed, self.errors);
                }
                Some((0, requirement))
            }
            Requirements::PerHandler(actions) => {
                let mut actions = actions.iter().enumerate();
                let found = actions.find(|(_, action)| handler_name(&action.key) == handler);
                if found.is_none() {
                    let message = format_args!(
                        "the action map doesn't list this handler: add `{handler} = \"..\"`, or \
                         mark it `#[public(reason = \"..\")]` to leave it open, or `#[helper]` if \
                         it is not a handler"
                    );
                    self.errors.report(at, message);
                }
                found.map(|(position, action)| (position, &action.requirement))
            }
        }
    }

    /// Reports each entry of a map that applies to no handler.
    fn check_map(&mut self) {
        let handlers = &self.handlers;
        match &self.attribute.requirements {
            Requirements::PerHandler(actions) => {
                for key in actions.iter().map(|action| &action.key) {
                    let name = handler_name(key);
                    if handlers.iter().all(|handler| handler.name != name) {
                        let message = format_args!("the module has no handler named `{name}`");
                        self.errors.report(key.span, message);
                    }
                }
            }
            // A handler without a visible route may accept any method.
            Requirements::Shared(Requirement::Methods(entries))
                if handlers.iter().all(|handler| !handler.routed.is_empty()) =>
            {
                let routed = handlers.iter().flat_map(|handler| &handler.routed);
                routes::check_map(entries, routed, self.errors);
            }
            Requirements::Shared(_) => {}
        }
    }
}

fn handler_name(key: &Key) -> &str {
    key.text.strip_prefix("r#").unwrap_or(&key.text)
}

/// Returns `true` for a function that Actix can mount, or that another attribute may turn into a
/// handler.
fn is_handler(function: &Function) -> bool {
    function.sig.asyncness.is_some() || !function.attrs.iter().all(builtin::is_builtin)
}
