//! Functions that an attribute above has rewritten.
//!
//! OpenAPI generators and `#[async_recursion]` turn an `async fn` into a function that returns a
//! future. `#[cached]` turns it into several functions, which have the attributes below it in common.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Expr, ExprLit, GenericArgument, Lit, Meta, PathArguments, ReturnType, Type,
    TypeParamBound,
};

use crate::function::Function;

/// How an attribute above may have changed a function.
pub(crate) enum Rewritten {
    /// One of the functions that `#[cached]` or `#[once]` of the crate `cached` generates.
    Cached,
    /// A function that isn't `async`, whose body is.
    AsyncBody,
}

impl Rewritten {
    /// Returns `None` if the function shows no sign of a rewrite that makes it impossible to guard.
    pub(crate) fn of(function: &Function) -> Option<Self> {
        if function.attrs.iter().any(is_doc_of_cached) {
            return Some(Self::Cached);
        }
        let is_plain = function.sig.asyncness.is_none() && !returns_future(&function.sig.output);
        (is_plain && has_async(function.body.statements())).then_some(Self::AsyncBody)
    }
}

/// Returns `true` if the name of the return type is that of a future: `impl Future`,
/// `Pin<Box<dyn Future>>`, `LocalBoxFuture<..>`, `Ready<..>`.
///
/// Actix can mount such a function, and calls it only after the guard, as any other.
pub(crate) fn returns_future(output: &ReturnType) -> bool {
    match output {
        ReturnType::Default => false,
        ReturnType::Type(_, returned) => is_future(returned),
    }
}

fn is_future(returned: &Type) -> bool {
    match returned {
        Type::Group(group) => is_future(&group.elem),
        Type::Paren(paren) => is_future(&paren.elem),
        Type::ImplTrait(opaque) => opaque.bounds.iter().any(is_future_bound),
        Type::TraitObject(object) => object.bounds.iter().any(is_future_bound),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            let name = last.ident.to_string();
            match name.as_str() {
                "Pin" | "Box" => is_future_argument(&last.arguments),
                name => name == "Ready" || name.ends_with("Future"),
            }
        }),
        _ => false,
    }
}

fn is_future_bound(bound: &TypeParamBound) -> bool {
    match bound {
        TypeParamBound::Trait(bound) => bound
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident.to_string().ends_with("Future")),
        _ => false,
    }
}

fn is_future_argument(arguments: &PathArguments) -> bool {
    match arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
            Some(GenericArgument::Type(inner)) => is_future(inner),
            _ => false,
        },
        _ => false,
    }
}

/// Returns `true` for the documentation that `cached` generates.
fn is_doc_of_cached(attribute: &Attribute) -> bool {
    match &attribute.meta {
        Meta::NameValue(doc) if doc.path.is_ident("doc") => match &doc.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => {
                let text = text.value();
                [
                    "This is a cached function that uses the [`",
                    "Origin of the cached function [`",
                    "Primes the cached function [`",
                ]
                .iter()
                .any(|start| text.starts_with(start))
            }
            _ => false,
        },
        _ => false,
    }
}

/// Returns `true` if the tokens contain `async`, at any depth.
pub(crate) fn has_async(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => has_async(group.stream()),
        TokenTree::Ident(word) => word == "async",
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
