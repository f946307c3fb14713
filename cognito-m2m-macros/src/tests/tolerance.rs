//! Arguments of any form never stop the parser, and the function is always emitted. The same holds for the
//! content of `scopes!`.

use proc_macro2::TokenStream;
use proptest::prelude::*;
use quote::quote;

use crate::expand::expand;
use crate::kind::Kind;
use crate::scopes;

const KINDS: [Kind; 4] = [
    Kind::RequireAuthentication,
    Kind::RequireScopes,
    Kind::ScopeMap,
    Kind::AllowClientIds,
];

const TOKENS: [&str; 44] = [
    "\"a\"",
    "\"a/x,a/y\"",
    "b\"a\"",
    "'a'",
    "1",
    "2.5",
    "true",
    "GET",
    "get",
    "DELTE",
    "READ",
    "scopes::READ",
    "any",
    "all",
    "match",
    "error",
    "crate",
    "group",
    "mach",
    "or",
    "and",
    "move",
    "fn",
    "if",
    "concat!",
    "vec!",
    "=",
    "==",
    "=>",
    ":",
    "::",
    ",",
    ",",
    ";",
    "|",
    "||",
    "&",
    "&&",
    "+",
    "/",
    ".",
    "!",
    "<",
    "'_",
];

/// Generates tokens, some of them in delimiters.
fn tokens() -> impl Strategy<Value = String> {
    let token = prop::sample::select(&TOKENS[..]).prop_map(str::to_owned);
    token.prop_recursive(3, 24, 6, |inner| {
        let tokens = prop::collection::vec(inner, 0..6).prop_map(|tokens| tokens.join(" "));
        let delimiters = prop::sample::select(vec![("(", ")"), ("[", "]"), ("{", "}"), ("", "")]);
        (tokens, delimiters).prop_map(|(tokens, (open, close))| format!("{open}{tokens}{close}"))
    })
}

proptest! {
    #[test]
    fn any_arguments_keep_the_function(arguments in prop::collection::vec(tokens(), 0..6)) {
        let arguments = arguments.join(" ");
        let Ok(tokens) = arguments.parse::<TokenStream>() else {
            return Ok(());
        };
        for kind in KINDS {
            let output = expand(kind, tokens.clone(), &quote!(async fn list(body: String) {}));
            let output = output.to_string();
            prop_assert!(output.contains("async fn list ("), "{arguments}: {output}");
            let is_guarded = output.contains("Guard <");
            prop_assert!(is_guarded != output.contains("compile_error"), "{arguments}: {output}");
        }
    }

    #[test]
    fn any_content_keeps_the_constants_in_front_of_it(content in prop::collection::vec(tokens(), 0..6)) {
        let content = content.join(" ");
        let module = format!(
            "#[resource_server(\"a\")] mod scopes {{ pub const FIRST: &str = \"first\"; {content} }} {content}"
        );
        let Ok(tokens) = module.parse::<TokenStream>() else {
            return Ok(());
        };
        let output = scopes::expand(tokens).to_string();
        prop_assert!(output.contains("pub const FIRST : & str = \"a/first\""), "{content}: {output}");
    }
}
