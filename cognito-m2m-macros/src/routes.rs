//! The methods of Actix's route attributes, where a `scope_map` can see them.

use proc_macro2::Span;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, MetaNameValue, Token};

use crate::errors::Errors;
use crate::model::Entry;

/// Actix's attributes that are named after a method.
const ROUTES: [&str; 10] = [
    "connect", "delete", "get", "head", "options", "patch", "post", "put", "query", "trace",
];

/// A method that a route takes.
pub(crate) struct Routed {
    method: String,
    span: Span,
}

/// What the route attributes below take; those above are gone when an attribute expands.
pub(crate) fn visible(attributes: &[Attribute]) -> Vec<Routed> {
    attributes.iter().flat_map(routed).collect()
}

/// The map lists every method of the handler's routes.
pub(crate) fn check_handler(entries: &[Entry], routed: &[Routed], errors: &mut Errors) {
    let lists = |method: &str| entries.iter().any(|entry| entry.key.text == method);
    for Routed { method, span } in routed {
        // RFC 9110 section 9.3.2: HEAD is GET without the body.
        let listed = lists(method) || (method == "HEAD" && lists("GET"));
        if !listed {
            let message = format_args!(
                "the scope map doesn't list `{method}`, so every such request would be refused"
            );
            errors.report(*span, message);
        }
    }
}

/// The routes have every method of the map, as far as there are routes to see.
pub(crate) fn check_map<'r>(
    entries: &[Entry],
    routed: impl IntoIterator<Item = &'r Routed>,
    errors: &mut Errors,
) {
    let methods: Vec<_> = routed.into_iter().map(|one| &one.method).collect();
    for Entry { key, .. } in entries {
        if !methods.is_empty() && !methods.contains(&&key.text) {
            errors.report(
                key.span,
                format_args!("no route below takes `{}`", key.text),
            );
        }
    }
}

fn routed(attribute: &Attribute) -> Vec<Routed> {
    let Some(name) = attribute.path().segments.last() else {
        return Vec::new();
    };
    let (name, span) = (name.ident.to_string(), name.ident.span());
    if name != "route" && !ROUTES.contains(&name.as_str()) {
        return Vec::new();
    }
    // Other crates have attributes of these names too; Actix's start with the path of the route.
    let Ok(options) = attribute.parse_args_with(options) else {
        return Vec::new();
    };
    if name == "route" {
        return options.iter().filter_map(method_option).collect();
    }
    vec![Routed {
        method: name.to_ascii_uppercase(),
        span,
    }]
}

fn options(input: ParseStream<'_>) -> syn::Result<Punctuated<MetaNameValue, Token![,]>> {
    input.parse::<LitStr>()?;
    input.parse::<Option<Token![,]>>()?;
    Punctuated::parse_terminated(input)
}

fn method_option(option: &MetaNameValue) -> Option<Routed> {
    match &option.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(method),
            ..
        }) if option.path.is_ident("method") => Some(Routed {
            method: method.value(),
            span: method.span(),
        }),
        _ => None,
    }
}
