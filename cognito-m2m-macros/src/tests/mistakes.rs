//! What is left of an item under a mistaken attribute. The messages are UI tests.

use proc_macro2::TokenStream;
use quote::quote;

use crate::attribute::Kind;
use crate::expand::expand;

fn expanded(kind: Kind, arguments: TokenStream, item: &TokenStream) -> String {
    expand(kind, arguments, item).to_string()
}

#[test]
fn a_function_is_still_there() {
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
fn an_item_that_is_no_rust_is_still_there() {
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
fn a_module_is_still_there_without_what_only_the_attribute_knows() {
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
        !output.contains("helper") && !output.contains("public"),
        "{output}"
    );
    assert!(!output.contains("Guard"), "{output}");
}

// rustc itself refuses such a module too, in words that differ from machine to machine.
#[test]
fn a_module_in_a_file_of_its_own_can_not_be_guarded() {
    let module = quote!(
        mod widgets {
            mod admin;
        }
    );
    let output = expanded(Kind::RequireAuthentication, quote!(), &module);
    assert!(output.contains("sees only what stands inline"), "{output}");
}
