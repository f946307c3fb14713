//! After a mistake, the item is emitted without a guard. UI tests check the messages.

use proc_macro2::TokenStream;
use quote::quote;

use crate::expand::expand;
use crate::kind::Kind;

fn expanded(kind: Kind, arguments: TokenStream, item: &TokenStream) -> String {
    expand(kind, arguments, item).to_string()
}

#[test]
fn a_function_is_emitted_unchanged() {
    let function = quote!(
        async fn list(body: String) -> String {
            body
        }
    );
    let output = expanded(Kind::RequireScopes, quote!(), &function);
    assert!(output.starts_with(&function.to_string()), "{output}");
    assert!(output.contains("compile_error"), "{output}");
}

#[test]
fn an_item_with_invalid_syntax_is_emitted_unchanged() {
    let output = expanded(
        Kind::RequireScopes,
        quote!("a"),
        &quote!(
            async fn list();
        ),
    );
    assert!(output.starts_with("async fn list () ;"), "{output}");
}

#[test]
fn a_module_is_emitted_without_the_exemptions() {
    let module = quote!(
        mod widgets {
            #[helper]
            async fn load() {}

            #[public(reason = "a probe")]
            async fn health() {}

            async fn list() {}
        }
    );
    let output = expanded(Kind::RequireScopes, quote!("a b"), &module);
    assert!(output.contains("async fn list () { }"), "{output}");
    assert!(
        !output.contains("helper") && output.contains("# [:: cognito_m2m :: public"),
        "{output}"
    );
    assert!(!output.contains("Guard"), "{output}");
}

// Not a UI test, because rustc rejects such a module too, and its message contains paths.
#[test]
fn a_module_in_another_file_is_rejected() {
    let module = quote!(
        mod widgets {
            mod admin;
        }
    );
    let output = expanded(Kind::RequireAuthentication, quote!(), &module);
    assert!(output.contains("only covers inline modules"), "{output}");
}
