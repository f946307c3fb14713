//! The command line of rustc, for the UI tests.

use proc_macro::{Delimiter, Group, Literal, Punct, Spacing, TokenStream, TokenTree};

/// Expands to an array of string literals: the command that compiles the calling crate.
#[proc_macro]
pub fn rustc_arguments(_: TokenStream) -> TokenStream {
    let comma = || TokenTree::from(Punct::new(',', Spacing::Alone));
    let elements = std::env::args()
        .flat_map(|argument| [TokenTree::from(Literal::string(&argument)), comma()])
        .collect();
    TokenTree::from(Group::new(Delimiter::Bracket, elements)).into()
}
