//! The attribute macros of `cognito-m2m`. Use them through that crate, which documents them.
//!
//! # Layout
//!
//! - `attribute` parses the arguments, with the help of `arguments` and `value`, into the `model`.
//!   `claim_arguments` parses those of `#[require_claim]`, and `report_only` the one without a value.
//!   `mistyped` recognizes arguments in another notation, `expression` other expressions, and
//!   `unknown` and `similar` find the names that were meant. `kind` lists the attributes, `methods` the
//!   HTTP methods.
//! - `check` reports requirements that are invalid or have no effect, and `routes` compares a
//!   `#[scope_map]` with the routes below it, as `route_parameters` does for a `#[require_claim]`.
//!   `errors` collects all mistakes.
//! - `function` and `module` parse the item, without the bodies of functions.
//! - `expand` runs these steps and generates the code: `handler` writes a marker type with a
//!   constant `policy`, `guard` adds a guard to the handler's arguments, and `extractors` checks the
//!   others. `module` does the same for each handler of a module. `associated` and `rewritten` detect
//!   functions that can't be guarded, and `below` the attributes of other crates that see the guard.
//! - `catalogue` reads the file with the scopes that attributes may require.
//! - `public` expands `#[public]`, which guards nothing, and `scopes` the macro that defines scopes.
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
    reason = "the macros are documented where `cognito-m2m` re-exports them, so that links resolve"
)]

mod argument_end;
mod arguments;
mod associated;
mod attribute;
mod below;
mod catalogue;
mod cfg;
mod check;
mod claim_arguments;
mod errors;
mod expand;
mod expression;
mod extractors;
mod function;
mod guard;
mod handler;
mod kind;
mod methods;
mod mistyped;
mod model;
mod module;
mod policy;
mod public;
mod report_only;
mod rewritten;
mod route_parameters;
mod routes;
mod scope_text;
mod scopes;
mod similar;
#[cfg(test)]
mod tests;
mod unknown;
mod value;

use proc_macro::TokenStream;

use crate::expand::expand;
use crate::kind::Kind;

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

#[proc_macro_attribute]
pub fn public(arguments: TokenStream, item: TokenStream) -> TokenStream {
    public::expand(arguments.into(), &item.into()).into()
}

#[proc_macro_attribute]
pub fn require_claim(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(Kind::RequireClaim, arguments.into(), &item.into()).into()
}

#[proc_macro]
pub fn scopes(input: TokenStream) -> TokenStream {
    scopes::expand(input.into()).into()
}
