//! The attribute macros of `cognito-m2m`. Use them through that crate, which documents them.
//!
//! # Layout
//!
//! `attribute` reads the arguments (by way of `arguments`) into the `model`, and `check` looks for
//! rules that can't mean what they say. `expand` turns the model and the annotated item into
//! tokens: `handler` writes the marker type, `policy` its constant, and `guard` puts it in front of
//! the handler's arguments; `module` finds the handlers of a module.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
    )
)]
#![expect(
    missing_docs,
    reason = "the pages are in `cognito-m2m`, where the links of a re-export resolve"
)]

mod arguments;
mod attribute;
mod check;
mod errors;
mod expand;
mod guard;
mod handler;
mod model;
mod module;
mod policy;
mod routes;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

use crate::attribute::Kind;
use crate::expand::expand;

#[proc_macro_attribute]
pub fn require_authentication(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::RequireAuthentication, arguments.into(), &item.into()).into()
}

#[proc_macro_attribute]
pub fn require_scopes(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::RequireScopes, arguments.into(), &item.into()).into()
}

#[proc_macro_attribute]
pub fn require_any_scope(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::RequireAnyScope, arguments.into(), &item.into()).into()
}

#[proc_macro_attribute]
pub fn require_all_scopes(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::RequireAllScopes, arguments.into(), &item.into()).into()
}

#[proc_macro_attribute]
pub fn scope_map(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::ScopeMap, arguments.into(), &item.into()).into()
}

#[proc_macro_attribute]
pub fn action_scope_map(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::ActionScopeMap, arguments.into(), &item.into()).into()
}

#[proc_macro_attribute]
pub fn allow_client_ids(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::AllowClientIds, arguments.into(), &item.into()).into()
}
