//! Items in a guarded module that could contain or generate a handler that the attribute can't
//! guard.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, Block, ImplItem, Item, ItemFn, ReturnType, Signature, TraitItem, Visibility};

use crate::errors::Errors;
use crate::kind::Kind;
use crate::module::builtin::is_builtin;
use crate::module::exempt::has_mark;

const MACRO_CALL: &str = "a macro call: write out its items";
const ASSOCIATED: &str = "an associated function: make it a free function";
const FUTURE: &str = "a function that returns a future: make it an `async fn`";
const NESTED: &str = "a function inside another function: move it out";
const RE_EXPORT: &str = "a re-export: move the `use` out of the module";
const UNKNOWN: &str = "unrecognized syntax: move it out of the module";

/// Reports an item that is neither guarded nor exempt, but could contain a handler.
pub(super) fn check(item: &Item, kind: Kind, errors: &mut Errors) {
    for (at, unguarded) in unguarded(item) {
        let message = format_args!(
            "`#[{}]` on the module can't guard {unguarded}, or mark it `#[helper]` if it contains \
             no handler",
            kind.name()
        );
        errors.report(at, message);
    }
}

fn unguarded(item: &Item) -> Vec<(Span, &'static str)> {
    match item {
        Item::Fn(function) => in_function(function),
        Item::Impl(block) => block.items.iter().flat_map(in_impl).collect(),
        Item::Trait(block) => block.items.iter().flat_map(in_trait).collect(),
        // A macro call with a name is a definition: `macro_rules! name`.
        Item::Macro(call) if call.ident.is_none() => vec![(call.mac.path.span(), MACRO_CALL)],
        Item::Use(import) if !matches!(import.vis, Visibility::Inherited) => {
            vec![(import.vis.span(), RE_EXPORT)]
        }
        Item::Verbatim(tokens) => vec![(tokens.span(), UNKNOWN)],
        _ => Vec::new(),
    }
}

fn in_function(function: &ItemFn) -> Vec<(Span, &'static str)> {
    if returns_future(&function.sig.output) {
        return vec![(function.sig.ident.span(), FUTURE)];
    }
    in_body(&function.block)
}

fn in_impl(item: &ImplItem) -> Vec<(Span, &'static str)> {
    match item {
        ImplItem::Fn(function) => {
            in_associated(&function.attrs, &function.sig, Some(&function.block))
        }
        ImplItem::Macro(call) => vec![(call.mac.path.span(), MACRO_CALL)],
        _ => Vec::new(),
    }
}

fn in_trait(item: &TraitItem) -> Vec<(Span, &'static str)> {
    match item {
        TraitItem::Fn(function) => {
            in_associated(&function.attrs, &function.sig, function.default.as_ref())
        }
        TraitItem::Macro(call) => vec![(call.mac.path.span(), MACRO_CALL)],
        _ => Vec::new(),
    }
}

fn in_associated(
    attributes: &[Attribute],
    signature: &Signature,
    body: Option<&Block>,
) -> Vec<(Span, &'static str)> {
    if has_mark(attributes) {
        return Vec::new();
    }
    if could_be_mounted(attributes, signature) {
        return vec![(signature.ident.span(), ASSOCIATED)];
    }
    body.map(in_body).unwrap_or_default()
}

/// Returns the `async` functions in a body, at any depth. In a `configure` function, they are likely
/// to be handlers.
fn in_body(body: &Block) -> Vec<(Span, &'static str)> {
    let mut found = Vec::new();
    collect_async_functions(body.to_token_stream(), &mut found);
    found.into_iter().map(|at| (at, NESTED)).collect()
}

/// Finds `async fn`, also with `unsafe` or `extern "C"` between the two words.
fn collect_async_functions(tokens: TokenStream, found: &mut Vec<Span>) {
    let mut qualifiers = None;
    for token in tokens {
        qualifiers = match token {
            TokenTree::Group(group) => {
                collect_async_functions(group.stream(), found);
                None
            }
            TokenTree::Ident(word) if word == "async" => Some(word.span()),
            TokenTree::Ident(word) if word == "fn" => {
                found.extend(qualifiers);
                None
            }
            TokenTree::Ident(word) if word == "unsafe" || word == "extern" => qualifiers,
            TokenTree::Literal(_) => qualifiers,
            TokenTree::Ident(_) | TokenTree::Punct(_) => None,
        };
    }
}

/// Returns `true` if Actix can call the function: it has no receiver, and may return a future.
fn could_be_mounted(attributes: &[Attribute], signature: &Signature) -> bool {
    let may_return_future = signature.asyncness.is_some()
        || returns_future(&signature.output)
        || !attributes.iter().all(is_builtin);
    may_return_future && signature.receiver().is_none()
}

/// Returns `true` for `impl Future`, `Ready<..>`, `Pin<Box<dyn Future>>`, `LocalBoxFuture<..>`.
///
/// A macro can't resolve types, so their names decide.
fn returns_future(output: &ReturnType) -> bool {
    match output {
        ReturnType::Default => false,
        ReturnType::Type(_, returned) => names_future(returned.to_token_stream()),
    }
}

fn names_future(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => names_future(group.stream()),
        TokenTree::Ident(name) => {
            let name = name.to_string();
            name.ends_with("Future") || name == "Ready"
        }
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
