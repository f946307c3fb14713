//! Cognito's rules for resource servers and their scopes (API reference, `CreateResourceServer` and
//! `ResourceServerScopeType`).

use std::collections::{HashMap, HashSet};

use syn::LitStr;

use crate::catalogue::Catalogue;
use crate::cfg::cfgs;
use crate::errors::Errors;
use crate::scope_text::invalid_character;
use crate::scopes::generate::{ALL, description};
use crate::scopes::model::{Scope, Server};

const MAX_SCOPES: usize = 100;
const MAX_LENGTH: usize = 256;

/// Reports mistakes in the modules, and removes the invalid texts from them.
pub(super) fn check(servers: &mut [Server], catalogue: Option<&Catalogue>, errors: &mut Errors) {
    let mut defined = HashMap::new();
    for server in &mut *servers {
        check_constants(server, errors);
        let identifier = &mut server.identifier;
        identifier.take_if(|identifier| !is_valid("identifier", identifier, errors));
        for scope in &mut server.scopes {
            check_description(scope, errors);
            let prefix = identifier
                .as_ref()
                .map(|identifier| format!("{}/", identifier.value()));
            let prefix = prefix.as_deref();
            scope
                .name
                .take_if(|name| !is_valid_name(prefix, name, errors));
            let full = scope.full(identifier.as_ref());
            let mistake = full
                .as_ref()
                .and_then(|full| catalogue?.mistake(&full.value()));
            if let Some(mistake) = mistake {
                errors.add(syn::Error::new_spanned(&scope.name, mistake));
                scope.name = None;
            }
        }
        check_duplicates(server, &mut defined, errors);
    }
    check_counts(servers, errors);
}

/// Checks that each constant is defined once, unless it has a condition.
fn check_constants(server: &mut Server, errors: &mut Errors) {
    if server.scopes.is_empty() {
        let message = "list at least one scope: `pub const READ: &str = \"read\";`";
        errors.report_if_first(server.ident.span(), message);
    }
    let mut names = HashSet::new();
    server.scopes.retain(|scope| {
        let message = if scope.ident == ALL {
            "the macro defines `ALL` as the list of the scopes"
        } else if cfgs(&scope.attrs).is_empty() && !names.insert(scope.ident.clone()) {
            "a constant with this name is already defined"
        } else {
            return true;
        };
        errors.report(scope.ident.span(), message);
        false
    });
}

fn check_description(scope: &Scope, errors: &mut Errors) {
    let length = description(scope).chars().count();
    if length > MAX_LENGTH {
        let message = format_args!(
            "the first paragraph of the documentation is the description of the scope in Cognito, with at \
             most {MAX_LENGTH} characters; this one has {length}"
        );
        errors.report(scope.ident.span(), message);
    }
}

/// Reports each scope that another constant has. Of constants with conditions, only one may exist.
///
/// `defined` contains the scopes of the modules above, with the paths of their constants.
fn check_duplicates(server: &Server, defined: &mut HashMap<String, String>, errors: &mut Errors) {
    let is_conditional = !cfgs(&server.attrs).is_empty();
    for scope in &server.scopes {
        let Some(full) = scope.full(server.identifier.as_ref()) else {
            continue;
        };
        match defined.get(&full.value()) {
            Some(first) if !is_conditional && cfgs(&scope.attrs).is_empty() => {
                let message = format_args!("this scope is already defined as `{first}`");
                errors.report(full.span(), message);
            }
            Some(_) => {}
            None => {
                let path = format!("{}::{}", server.ident, scope.ident);
                defined.insert(full.value(), path);
            }
        }
    }
}

/// Reports the first scope of each resource server that is one too many.
fn check_counts(servers: &[Server], errors: &mut Errors) {
    let mut found: HashMap<String, HashSet<String>> = HashMap::new();
    for server in servers {
        let Some(identifier) = &server.identifier else {
            continue;
        };
        let names = found.entry(identifier.value()).or_default();
        for scope in &server.scopes {
            let is_new = scope
                .name
                .as_ref()
                .is_some_and(|name| names.insert(name.value()));
            if is_new && names.len() == MAX_SCOPES.saturating_add(1) {
                let message =
                    format_args!("a resource server of Cognito has at most {MAX_SCOPES} scopes");
                errors.report(scope.ident.span(), message);
            }
        }
    }
}

/// Reports a name that Cognito rejects. `prefix` is what the macro adds to it.
fn is_valid_name(prefix: Option<&str>, name: &LitStr, errors: &mut Errors) -> bool {
    let value = name.value();
    if !value.contains('/') {
        return is_valid("name of a scope", name, errors);
    }
    let rest = prefix.and_then(|prefix| value.strip_prefix(prefix));
    let message = match rest.filter(|rest| !rest.is_empty() && !rest.contains('/')) {
        Some(rest) => format!("the macro adds the resource server: write `\"{rest}\"`"),
        None => "the name of a scope must not contain `/`".to_owned(),
    };
    errors.report(name.span(), message);
    false
}

/// Reports a text with characters or a length that Cognito rejects.
fn is_valid(what: &str, literal: &LitStr, errors: &mut Errors) -> bool {
    let value = literal.value();
    let message = match invalid_character(&value) {
        None if value.is_empty() => format!("the {what} must not be empty"),
        None if value.len() > MAX_LENGTH => {
            format!("the {what} has at most {MAX_LENGTH} characters")
        }
        None => return true,
        Some(c) if c.is_whitespace() => format!("the {what} must not contain whitespace"),
        Some(c) => format!("the {what} must not contain {c:?}"),
    };
    errors.report(literal.span(), message);
    false
}
