//! Compares a `#[scope_map]` with the methods of Actix's route attributes below it.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, MetaNameValue, Token};

use crate::errors::Errors;
use crate::methods;
use crate::model::MethodEntry;

/// A method that a route accepts.
pub(crate) struct RoutedMethod {
    method: String,
    span: Span,
}

/// Returns the methods of the route attributes that have not been expanded yet.
///
/// Those are the attributes below the one that is being expanded.
pub(crate) fn visible_methods(attributes: &[Attribute]) -> Vec<RoutedMethod> {
    attributes.iter().flat_map(routed_methods).collect()
}

/// Returns an expression of the type `&'static [(&'static str, &'static str)]`: the methods and the paths of
/// the route attributes that have not been expanded yet.
pub(crate) fn visible_routes(attributes: &[Attribute]) -> TokenStream {
    let routes = attributes.iter().flat_map(|attribute| {
        let path = path_of(attribute);
        let methods = routed_methods(attribute);
        path.into_iter().flat_map(move |path| {
            let route = |RoutedMethod { method, .. }: &RoutedMethod| quote!((#method, #path));
            methods.iter().map(route).collect::<Vec<_>>()
        })
    });
    quote!(&[#(#routes),*])
}

/// Returns `true` for `#[get]` and the like, `#[route]` and `#[routes]`.
pub(crate) fn is_route(attribute: &Attribute) -> bool {
    let name = attribute.path().segments.last();
    let name = name.map(|segment| segment.ident.to_string());
    name.is_some_and(|name| {
        matches!(name.as_str(), "route" | "routes")
            || methods::from_route_attribute(&name).is_some()
    })
}

/// Reports each method of a handler's routes that the map doesn't list.
pub(crate) fn check_handler(entries: &[MethodEntry], routed: &[RoutedMethod], errors: &mut Errors) {
    // A misspelled method was reported where it is.
    let is_in_map = |method: &str| {
        let mut keys = entries.iter().map(|entry| &entry.key);
        keys.any(|key| key.text == method || methods::intended(key) == Some(method))
    };
    for RoutedMethod { method, span } in routed {
        // HEAD is GET without the body (RFC 9110 section 9.3.2).
        let is_listed = is_in_map(method) || (method == "HEAD" && is_in_map("GET"));
        if !is_listed {
            let message = format_args!(
                "the scope map doesn't list `{method}`, so every `{method}` request would be \
                 refused"
            );
            errors.report(*span, message);
        }
    }
}

/// Reports each method of the map that no route accepts.
///
/// Without a visible route, the handler may accept any method, so nothing is reported.
pub(crate) fn check_map<'r>(
    entries: &[MethodEntry],
    routed: impl IntoIterator<Item = &'r RoutedMethod>,
    errors: &mut Errors,
) {
    let methods: Vec<_> = routed.into_iter().map(|routed| &routed.method).collect();
    for MethodEntry { key, .. } in entries {
        let is_misspelled = !methods::is_method(&key.text) || methods::intended(key).is_some();
        if !methods.is_empty() && !methods.contains(&&key.text) && !is_misspelled {
            errors.report(
                key.span,
                format_args!("no route below this attribute accepts `{}`", key.text),
            );
        }
    }
}

/// Returns the path of a route attribute, or `None` for another attribute.
pub(crate) fn path_of(attribute: &Attribute) -> Option<LitStr> {
    // The routes below `#[routes]` are attributes of their own.
    let is_single = is_route(attribute) && !attribute.path().is_ident("routes");
    let parse = |input: ParseStream<'_>| {
        let path = input.parse()?;
        parse_rest(input)?;
        Ok(path)
    };
    is_single.then(|| attribute.parse_args_with(parse).ok())?
}

fn routed_methods(attribute: &Attribute) -> Vec<RoutedMethod> {
    let Some(name) = attribute.path().segments.last() else {
        return Vec::new();
    };
    let (name, span) = (name.ident.to_string(), name.ident.span());
    let method = methods::from_route_attribute(&name);
    if name != "route" && method.is_none() {
        return Vec::new();
    }
    // Other crates have attributes with these names too. Actix's start with the path of the route.
    let Ok(options) = attribute.parse_args_with(parse_options) else {
        return Vec::new();
    };
    match method {
        Some(method) => vec![RoutedMethod {
            method: method.to_owned(),
            span,
        }],
        None => options.iter().filter_map(method_option).collect(),
    }
}

fn parse_options(input: ParseStream<'_>) -> syn::Result<Punctuated<MetaNameValue, Token![,]>> {
    input.parse::<LitStr>()?;
    parse_rest(input)
}

fn parse_rest(input: ParseStream<'_>) -> syn::Result<Punctuated<MetaNameValue, Token![,]>> {
    input.parse::<Option<Token![,]>>()?;
    Punctuated::parse_terminated(input)
}

fn method_option(option: &MetaNameValue) -> Option<RoutedMethod> {
    match &option.value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(method),
            ..
        }) if option.path.is_ident("method") => Some(RoutedMethod {
            method: method.value(),
            span: method.span(),
        }),
        _ => None,
    }
}
