//! `scopes!`, which defines the scopes of resource servers as constants.
//!
//! [`parse`] reads the modules, [`check`] reports mistakes in them, and [`generate`] writes them with the
//! full scopes, and registers each scope.

mod check;
mod generate;
mod model;
mod parse;
mod server_argument;

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{ParseStream, Parser};

use crate::catalogue;
use crate::errors::Errors;

/// Expands the macro.
///
/// After a mistake, the constants are defined nevertheless, so that rustc doesn't also report their uses.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let parser = |input: ParseStream<'_>| Ok(parse::servers(input, &mut errors));
    let mut servers = match parser.parse2(input) {
        Ok(servers) => servers,
        Err(error) => {
            errors.add(error);
            Vec::new()
        }
    };
    let catalogue = catalogue::of_package(&mut errors);
    check::check(&mut servers, catalogue.as_deref(), &mut errors);
    let modules = servers
        .iter()
        .map(|server| generate::module(server, catalogue.as_deref()));
    let modules = quote!(#(#modules)*);
    match errors.into_result() {
        Ok(()) => modules,
        Err(error) => {
            let errors = error.into_compile_error();
            quote!(#modules #errors)
        }
    }
}
