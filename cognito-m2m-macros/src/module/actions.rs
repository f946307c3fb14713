//! Compares the entries of an action map with the handlers of the module.

use proc_macro2::Span;

use crate::errors::Errors;
use crate::methods;
use crate::model::{Action, ConstStr, Key, Requirement, Rule};
use crate::routes::RoutedMethod;
use crate::similar;

/// A handler found in the module.
pub(super) struct Handler {
    /// The path relative to the module.
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) routed: Vec<RoutedMethod>,
}

/// The functions of a module.
pub(super) struct Functions<'a> {
    pub(super) handlers: &'a [Handler],
    /// The paths of the functions that the attribute doesn't guard.
    pub(super) others: &'a [String],
}

impl Functions<'_> {
    /// Reports each entry that applies to no handler, and each handler without an entry.
    ///
    /// A misspelled entry and the handler that it was meant for are one mistake, which is reported at
    /// the entry.
    pub(super) fn check(&self, actions: &[Action], accepted: &[&'static str], errors: &mut Errors) {
        // An empty map is reported as such.
        if actions.is_empty() {
            return;
        }
        let is_listed = |handler: &&Handler| {
            let mut names = actions.iter().map(|action| handler_name(&action.key));
            names.any(|name| name == handler.name)
        };
        let handlers = self.handlers.iter();
        let mut unlisted: Vec<_> = handlers.filter(|handler| !is_listed(handler)).collect();
        for action in actions {
            let name = handler_name(&action.key);
            if self.handlers.iter().any(|handler| handler.name == name) {
                continue;
            }
            let intended = intended(name, &unlisted);
            unlisted.retain(|handler| intended.as_ref() != Some(&handler.name));
            let advice = match intended {
                Some(intended) => format!("; did you mean `{intended}`?"),
                None => self.advice(action, accepted),
            };
            let message = format_args!("the module has no handler named `{name}`{advice}");
            errors.report(action.key.span, message);
        }
        for Handler { name, span, .. } in unlisted {
            let message = format_args!(
                "the action map doesn't list this handler: add `{name} = \"..\"`, or mark it \
                 `#[public(reason = \"..\")]` to leave it open, or `#[helper]` if it is not a handler"
            );
            errors.report(*span, message);
        }
    }

    /// Returns the advice about an entry whose name is similar to no handler without an entry.
    fn advice(&self, action: &Action, accepted: &[&'static str]) -> String {
        let name = handler_name(&action.key);
        if self.others.iter().any(|other| other == name) {
            return ": that function is not guarded, because it is not an `async fn`, or is marked \
                    `#[helper]` or `#[public]`"
                .to_owned();
        }
        match similar::nearest(name, accepted.iter().copied()) {
            Some(argument) if is_value_of(argument, &action.requirement) => {
                format!("; did you mean the argument `{argument}`?")
            }
            _ if methods::is_method(name) => {
                ": for scopes per method, use `#[scope_map(..)]`".to_owned()
            }
            _ => String::new(),
        }
    }
}

/// Returns the handler that an entry was meant for: one in a nested module, or a similar name.
fn intended(name: &str, unlisted: &[&Handler]) -> Option<String> {
    let names = || unlisted.iter().map(|handler| handler.name.as_str());
    let is_nested = |handler: &&str| {
        let path = handler.rsplit_once("::");
        path.is_some_and(|(_, last)| last == name)
    };
    let nested = names().find(is_nested);
    nested
        .or_else(|| similar::nearest(name, names()))
        .map(str::to_owned)
}

/// Returns `true` if the right side of an entry could be the value of an argument.
fn is_value_of(argument: &str, requirement: &Requirement) -> bool {
    match requirement {
        Requirement::Scopes(Rule::Scope(ConstStr::Literal(literal))) => {
            argument == "match" && matches!(literal.value().as_str(), "any" | "all")
        }
        Requirement::Scopes(Rule::Scope(ConstStr::Path(_))) => argument != "match",
        _ => false,
    }
}

/// Returns the name of a handler that has the name of an argument without `r#`.
pub(super) fn handler_name(key: &Key) -> &str {
    key.text.strip_prefix("r#").unwrap_or(&key.text)
}
