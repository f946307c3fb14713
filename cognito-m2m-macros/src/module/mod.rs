//! The expansion of an attribute on an inline module: each handler in it gets the attribute's
//! layer.
//!
//! A function must not stay open by accident. So everything that could be a handler is guarded,
//! items that could hide a handler are errors ([`unseen`]), and exceptions are explicit
//! ([`exempt`]).

mod actions;
mod associated;
mod builtin;
mod exempt;
mod futures;
mod handler_traits;
mod hoist;
mod item;
mod plain;
mod search;
mod test_code;
mod unguarded;
mod unseen;
mod well_known;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute as RustAttribute;
use syn::ext::IdentExt;
use syn::parse_quote;

use crate::attribute::Attribute;
use crate::errors::Errors;
use crate::function::Function;
use crate::handler;
use crate::kind::Kind;
use crate::model::{Requirement, Requirements};
use crate::module::actions::{Functions, Handler, handler_name};
use crate::module::exempt::has_mark;
use crate::module::futures::FutureNames;
use crate::module::hoist::Hoisted;
pub(crate) use crate::module::item::Module;
use crate::module::item::ModuleItem;
use crate::module::unseen::Unseen;
use crate::module::well_known::HiddenNames;
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
    exempt::replace_exemptions(module, &attribute.krate, errors);
    let mut guarded = module.clone();
    let mut visitor = Visitor {
        attribute,
        hoisted: Hoisted::new(attribute, module, errors),
        futures: FutureNames::of(module),
        nesting: Vec::new(),
        handlers: Vec::new(),
        others: Vec::new(),
        errors,
    };
    visitor.visit_module(&mut guarded, None);
    visitor.check_map();
    let hoisted = visitor.hoisted.items();
    quote!(#hoisted #guarded)
}

/// Visits the items of a module, and guards the handlers.
struct Visitor<'a> {
    attribute: &'a Attribute,
    hoisted: Hoisted<'a>,
    futures: FutureNames,
    /// The names of the nested modules around the current item.
    nesting: Vec<String>,
    handlers: Vec<Handler>,
    /// The paths of the functions that the attribute doesn't guard.
    others: Vec<String>,
    errors: &'a mut Errors,
}

/// What decides how the items of one module are checked.
struct Place {
    hidden: HiddenNames,
    is_test_only: bool,
    /// Whether an attribute that expands later guards the module too.
    is_guarded_again: bool,
}

impl Place {
    fn new(module: &Module, around: Option<&Self>) -> Self {
        let is_guard = |attribute: &RustAttribute| Kind::from_path(attribute.path()).is_some();
        Self {
            hidden: HiddenNames::of(module),
            is_test_only: around.is_some_and(|around| {
                around.is_test_only || test_code::is_test_only(&module.attrs)
            }),
            is_guarded_again: module.attrs.iter().any(is_guard)
                || around.is_some_and(|around| around.is_guarded_again),
        }
    }
}

impl<'a> Visitor<'a> {
    fn visit_module(&mut self, module: &mut Module, around: Option<&Place>) {
        let place = Place::new(module, around);
        let Some(content) = &mut module.content else {
            let message = "the attribute on the outer module only covers inline modules: write \
                           `mod { .. }`, or put the attribute on the handlers in the file";
            self.errors.report(module.mod_token.span, message);
            return;
        };
        let unguarded = std::mem::take(&mut content.items).into_iter();
        content.items = unguarded
            .map(|item| self.visit_item(item, &place))
            .collect();
    }

    fn visit_item(&mut self, mut item: ModuleItem, place: &Place) -> ModuleItem {
        let attributes = item.attributes().map_or(&[][..], |attributes| attributes);
        let is_exempt = has_mark(attributes);
        let is_test_only = place.is_test_only || test_code::is_test_only(attributes);
        if let ModuleItem::Fn(function) = &item
            && (is_exempt || !is_handler(function))
        {
            self.others.push(self.path(function));
        }
        if is_exempt {
            return item;
        }
        match item {
            ModuleItem::Fn(mut test) if test_code::is_test(&test, is_test_only) => {
                // Another attribute could have the name of the one that makes it a test.
                if !is_test_only {
                    test.attrs.insert(0, parse_quote!(#[cfg(test)]));
                }
                ModuleItem::Fn(test)
            }
            ModuleItem::Fn(function) if is_handler(&function) => self.guard_handler(function),
            ModuleItem::Mod(mut inner) => {
                self.nesting.push(inner.ident.unraw().to_string());
                self.visit_module(&mut inner, Some(place));
                self.nesting.pop();
                ModuleItem::Mod(inner)
            }
            test if is_test_only => test,
            other => self.check_unguarded(other, place),
        }
    }

    fn check_unguarded(&mut self, item: ModuleItem, place: &Place) -> ModuleItem {
        let mut unseen = Unseen {
            kind: self.attribute.kind,
            krate: &self.attribute.krate,
            hidden: &place.hidden,
            futures: &self.futures,
            asks_compiler: !place.is_guarded_again,
            errors: self.errors,
        };
        let checks = unseen.check(&item);
        match checks.is_empty() {
            true => item,
            false => ModuleItem::Guarded(quote!(#item #checks)),
        }
    }

    fn guard_handler(&mut self, function: Function) -> ModuleItem {
        let advice = "; if the function is not a handler, mark it `#[helper]`";
        handler::check_signature(self.attribute.kind, &function, advice, self.errors);
        let name = self.path(&function);
        if let Requirements::Shared(Requirement::Claims(claims)) = &self.attribute.requirements {
            route_parameters::check(claims, &function.attrs, self.errors);
        }
        let routed = routes::visible_methods(&function.attrs);
        let requirement = self.requirement(&name, &routed);
        self.handlers.push(Handler {
            name,
            span: function.sig.ident.span(),
            routed,
        });
        let Some(requirement) = requirement else {
            return ModuleItem::Fn(function);
        };
        let depth = self.nesting.len().saturating_add(1);
        let layer = self.hoisted.layer(&function, depth, requirement);
        ModuleItem::Guarded(handler::guard(function, &layer, self.errors))
    }

    /// Returns the path of a function, relative to the module.
    fn path(&self, function: &Function) -> String {
        let name = function.sig.ident.unraw().to_string();
        let nesting = self.nesting.iter().cloned();
        nesting.chain([name]).collect::<Vec<_>>().join("::")
    }

    /// Returns the requirement for a handler, and its position in the attribute.
    fn requirement(
        &mut self,
        handler: &str,
        routed: &[RoutedMethod],
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
                found.map(|(position, action)| (position, &action.requirement))
            }
        }
    }

    /// Reports each entry of a map that applies to no handler, and each handler without an entry.
    fn check_map(&mut self) {
        let handlers = &self.handlers;
        match &self.attribute.requirements {
            Requirements::PerHandler(actions) => {
                let functions = Functions {
                    handlers,
                    others: &self.others,
                };
                functions.check(actions, &self.attribute.accepted, self.errors);
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

/// Returns `true` for a function that Actix can mount, or that another attribute may turn into a
/// handler.
fn is_handler(function: &Function) -> bool {
    function.sig.asyncness.is_some() || !function.attrs.iter().all(builtin::is_builtin)
}
