//! What could bring a handler into a module unseen, or hide one in it.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, Block, ImplItem, Item, ItemFn, ReturnType, Signature, TraitItem, Visibility};

use crate::attribute::Kind;
use crate::errors::Errors;
use crate::module::builtin::is_builtin;
use crate::module::exempt::has_mark;

const MACRO_CALL: &str = "what a macro call expands to: write its items out";
const ASSOCIATED: &str = "an associated function: make it a free one";
const FUTURE: &str = "a function that returns a future: make it an `async fn`";
const NESTED: &str = "a function in another one's body: move it out";
const RE_EXPORT: &str = "what is re-exported: move the `use` out of the module";
const UNKNOWN: &str = "syntax that it can't read: move it out of the module";

/// Reports an item that is no handler itself, and that nobody has exempted.
pub(super) fn check(item: &Item, kind: Kind, errors: &mut Errors) {
    for (at, what) in faults(item) {
        let message = format_args!(
            "`#[{}]` on the module can't guard {what}, or, where there is no handler in it, mark \
             it `#[helper]`",
            kind.name()
        );
        errors.report(at, message);
    }
}

fn faults(item: &Item) -> Vec<(Span, &'static str)> {
    match item {
        Item::Fn(function) => in_function(function),
        Item::Impl(block) => block.items.iter().flat_map(in_impl).collect(),
        Item::Trait(block) => block.items.iter().flat_map(in_trait).collect(),
        // `macro_rules! name`, the one kind with a name, is a definition.
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
        ImplItem::Fn(one) => in_associated(&one.attrs, &one.sig, Some(&one.block)),
        ImplItem::Macro(call) => vec![(call.mac.path.span(), MACRO_CALL)],
        _ => Vec::new(),
    }
}

fn in_trait(item: &TraitItem) -> Vec<(Span, &'static str)> {
    match item {
        TraitItem::Fn(one) => in_associated(&one.attrs, &one.sig, one.default.as_ref()),
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

/// The functions in a body, however deep: a `configure` function has handlers there.
fn in_body(body: &Block) -> Vec<(Span, &'static str)> {
    let mut found = Vec::new();
    collect_async_functions(body.to_token_stream(), &mut found);
    found.into_iter().map(|at| (at, NESTED)).collect()
}

/// `async fn`, also with `unsafe` or `extern "C"` between.
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

/// Actix can call it: nothing else than arguments goes in, and a future comes out.
fn could_be_mounted(attributes: &[Attribute], signature: &Signature) -> bool {
    let makes_future = signature.asyncness.is_some()
        || returns_future(&signature.output)
        || !attributes.iter().all(is_builtin);
    makes_future && signature.receiver().is_none()
}

/// By the names of the types, since a macro can't look behind them: `impl Future`, `Ready<..>`,
/// `Pin<Box<dyn Future>>`, `LocalBoxFuture<..>`.
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
