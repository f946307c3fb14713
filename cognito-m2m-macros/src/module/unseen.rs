//! Items in a guarded module that could contain or generate a handler that the attribute can't
//! guard.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Item, ReturnType, Visibility};

use crate::errors::Errors;
use crate::function::Function;
use crate::kind::Kind;
use crate::module::builtin::is_builtin;
use crate::module::exempt::has_mark;
use crate::module::item::{Member, ModuleItem};

const MACRO_CALL: &str = "a macro call: write out its items";
const ASSOCIATED: &str = "an associated function: make it a free function";
const FUTURE: &str = "a function that returns a future: make it an `async fn`";
const NESTED: &str = "a function inside another function: move it out";
const RE_EXPORT: &str = "a re-export: move the `use` out of the module";

/// Reports an item that is neither guarded nor exempt, but could contain a handler.
pub(super) fn check(item: &ModuleItem, kind: Kind, errors: &mut Errors) {
    for (at, unguarded) in unguarded(item) {
        let message = format_args!(
            "`#[{}]` on the module can't guard {unguarded}, or mark it `#[helper]` if it contains \
             no handler",
            kind.name()
        );
        errors.report(at, message);
    }
    if let ModuleItem::Unknown(_, error) = item {
        errors.add(error.clone());
    }
}

fn unguarded(item: &ModuleItem) -> Vec<(Span, &'static str)> {
    match item {
        ModuleItem::Fn(function) => in_function(function),
        ModuleItem::Block(block) => block.members.iter().flat_map(in_member).collect(),
        // A macro call with a name is a definition: `macro_rules! name`.
        ModuleItem::Other(Item::Macro(call)) if call.ident.is_none() => {
            vec![(call.mac.path.span(), MACRO_CALL)]
        }
        ModuleItem::Other(Item::Use(import)) if !matches!(import.vis, Visibility::Inherited) => {
            vec![(import.vis.span(), RE_EXPORT)]
        }
        _ => Vec::new(),
    }
}

fn in_function(function: &Function) -> Vec<(Span, &'static str)> {
    if returns_future(&function.sig.output) {
        return vec![(function.sig.ident.span(), FUTURE)];
    }
    in_body(function)
}

fn in_member(member: &Member) -> Vec<(Span, &'static str)> {
    match member {
        Member::Fn(function) if has_mark(&function.attrs) => Vec::new(),
        Member::Fn(function) if could_be_mounted(function) => {
            vec![(function.sig.ident.span(), ASSOCIATED)]
        }
        Member::Fn(function) => in_body(function),
        Member::Value(_) => Vec::new(),
        Member::Other { attrs, tokens } => {
            let is_call = syn::parse2::<syn::Macro>(without_semicolon(tokens)).is_ok();
            if is_call && !has_mark(attrs) {
                return vec![(tokens.span(), MACRO_CALL)];
            }
            Vec::new()
        }
    }
}

fn without_semicolon(tokens: &TokenStream) -> TokenStream {
    let is_kept =
        |token: &TokenTree| !matches!(token, TokenTree::Punct(mark) if mark.as_char() == ';');
    tokens.clone().into_iter().filter(is_kept).collect()
}

/// Returns the `async` functions in a body, at any depth. In a `configure` function, they are likely
/// to be handlers.
fn in_body(function: &Function) -> Vec<(Span, &'static str)> {
    let mut found = Vec::new();
    collect_async_functions(function.body.statements(), &mut found);
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
fn could_be_mounted(function: &Function) -> bool {
    let signature = &function.sig;
    let may_return_future = signature.asyncness.is_some()
        || returns_future(&signature.output)
        || !function.attrs.iter().all(is_builtin);
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
