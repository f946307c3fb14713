//! Bodies as an editor sends them while the user types.

use proc_macro2::TokenStream;
use quote::quote;

use crate::expand::expand;
use crate::kind::Kind;
use crate::public;

/// Half-typed statements. Their delimiters are balanced, because a macro gets no other tokens.
const BODIES: [&str; 12] = [
    "p.",
    "let x =",
    "let",
    "x +",
    "if x",
    "match x { A => }",
    "match",
    "f(, )",
    "for x in { }",
    "use a::;",
    "return Err(",
    "fn g(",
];

/// Returns the tokens of a half-typed body. An editor adds missing delimiters.
fn tokens(body: &str) -> TokenStream {
    let missing = body.matches('(').count() - body.matches(')').count();
    format!("{body}{}", ")".repeat(missing)).parse().unwrap()
}

fn expanded(kind: Kind, item: &TokenStream) -> String {
    let arguments = match kind {
        Kind::RequireAuthentication => TokenStream::new(),
        Kind::ActionScopeMap => quote!(list = "widgets/read"),
        Kind::ScopeMap => quote!(GET = "widgets/read"),
        _ => quote!("widgets/read"),
    };
    expand(kind, arguments, item).to_string()
}

#[test]
fn a_half_typed_body_keeps_the_guard_and_gets_no_error() {
    for body in BODIES {
        let statements = tokens(body);
        let function = quote!(
            async fn list(p: ServicePrincipal) -> String { #statements }
        );
        for kind in [
            Kind::RequireAuthentication,
            Kind::RequireScopes,
            Kind::ScopeMap,
        ] {
            let expanded = expanded(kind, &function);
            assert!(!expanded.contains("compile_error"), "{body}: {expanded}");
            assert!(expanded.contains("Guard < __cognito_m2m_list >"), "{body}");
            assert!(expanded.contains(&statements.to_string()), "{body}");
        }
    }
}

#[test]
fn half_typed_bodies_in_a_module_keep_every_guard_and_get_no_error() {
    for body in BODIES {
        let statements = tokens(body);
        let module = quote! {
            mod widgets {
                async fn list(p: ServicePrincipal) -> String { #statements }

                impl Widget {
                    fn name(&self) -> String { #statements }
                }

                trait Named {
                    fn name(&self) -> String { #statements }
                }

                fn helper() -> String { #statements }

                mod inner {
                    pub async fn create() { #statements }
                }
            }
        };
        let expanded = expanded(Kind::RequireScopes, &module);
        assert!(!expanded.contains("compile_error"), "{body}: {expanded}");
        for handler in ["list", "create"] {
            let guard = format!("Guard < __cognito_m2m_{handler} >");
            assert!(expanded.contains(&guard), "{body}: {expanded}");
        }
    }
}

#[test]
fn an_item_with_a_syntax_error_is_reported_there() {
    let module = quote! {
        mod widgets {
            struct Widget { name: }

            async fn list() {}
        }
    };
    let expanded = expanded(Kind::RequireScopes, &module);
    assert_eq!(expanded.matches("compile_error").count(), 1, "{expanded}");
}

#[test]
fn a_half_typed_signature_is_reported_there() {
    let function = quote!(
        async fn list(p: ) -> String { p }
    );
    let expanded = expanded(Kind::RequireScopes, &function);
    assert_eq!(expanded.matches("compile_error").count(), 1, "{expanded}");
    assert!(!expanded.contains("can only be used on"), "{expanded}");
}

#[test]
fn a_half_typed_body_keeps_the_mark_of_a_public_handler() {
    for body in BODIES {
        let statements = tokens(body);
        let function = quote!(
            async fn live(request: HttpRequest) -> String { #statements }
        );
        let output = public::expand(quote!(reason = "a probe"), &function).to_string();
        assert!(output.contains("__private :: Public"), "{output}");
        assert!(!output.contains("compile_error"), "{output}");
        assert!(output.contains(&statements.to_string()), "{output}");
    }
}
