//! Compares the entries of an action map with the handlers of the module.

use crate::errors::Errors;
use crate::methods;
use crate::model::Key;
use crate::module::Handler;
use crate::similar;

/// Reports each entry that applies to no handler, and each handler without an entry.
///
/// A misspelled entry and the handler that it was meant for are one mistake, which is reported at
/// the entry.
pub(super) fn check<'k>(
    keys: impl Iterator<Item = &'k Key>,
    handlers: &[Handler],
    accepted: &[&'static str],
    errors: &mut Errors,
) {
    let keys: Vec<_> = keys.collect();
    // An empty map is reported as such.
    if keys.is_empty() {
        return;
    }
    let is_listed = |handler: &Handler| keys.iter().any(|key| handler_name(key) == handler.name);
    let mut unlisted: Vec<_> = handlers
        .iter()
        .filter(|handler| !is_listed(handler))
        .collect();
    for key in &keys {
        let name = handler_name(key);
        if handlers.iter().any(|handler| handler.name == name) {
            continue;
        }
        let advice = if let Some(intended) = intended(name, &unlisted) {
            unlisted.retain(|handler| handler.name != intended);
            format!("; did you mean `{intended}`?")
        } else if let Some(argument) = similar::nearest(name, accepted.iter().copied()) {
            format!("; did you mean the argument `{argument}`?")
        } else if methods::is_method(name) {
            ": for scopes per method, use `#[scope_map(..)]`".to_owned()
        } else {
            String::new()
        };
        let message = format_args!("the module has no handler named `{name}`{advice}");
        errors.report(key.span, message);
    }
    for Handler { name, span, .. } in unlisted {
        let message = format_args!(
            "the action map doesn't list this handler: add `{name} = \"..\"`, or mark it \
             `#[public(reason = \"..\")]` to leave it open, or `#[helper]` if it is not a handler"
        );
        errors.report(*span, message);
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

/// Returns the name of a handler that has the name of an argument without `r#`.
pub(super) fn handler_name(key: &Key) -> &str {
    key.text.strip_prefix("r#").unwrap_or(&key.text)
}
