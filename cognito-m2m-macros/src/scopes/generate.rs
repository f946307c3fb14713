use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

use crate::attribute::crate_path;
use crate::catalogue::Catalogue;
use crate::cfg::cfgs;
use crate::scopes::model::{Scope, Server};

/// The name of the constant that lists the scopes.
pub(super) const ALL: &str = "ALL";

/// The value of a constant after a mistake. Attributes accept it with every catalogue, so that only the
/// mistake is reported.
const PLACEHOLDER: &str = "openid";

/// Returns the module, and the registrations of its scopes.
///
/// The registrations stand outside of the module, because `crate = path` is resolved there.
pub(super) fn module(server: &Server, catalogue: Option<&Catalogue>) -> TokenStream {
    let Server {
        attrs,
        vis,
        mod_token,
        ident,
        inner_attrs,
        ..
    } = server;
    let identifier = server
        .identifier
        .as_ref()
        .map(|identifier| format!(" `{}`", identifier.value()));
    let title = format!(
        " The scopes of the resource server{}.",
        identifier.unwrap_or_default()
    );
    let is_documented = attrs.iter().chain(inner_attrs).any(is_doc);
    let module_doc = (!is_documented).then(|| quote!(#[doc = #title]));
    let constants = server.scopes.iter().map(|scope| constant(server, scope));
    let all = all(server, &title);
    let registrations = registrations(server, catalogue);
    quote! {
        #module_doc
        #(#attrs)*
        #vis #mod_token #ident {
            #(#inner_attrs)*
            #(#constants)*
            #all
        }
        #registrations
    }
}

fn constant(server: &Server, scope: &Scope) -> TokenStream {
    let Scope {
        attrs,
        vis,
        const_token,
        ident,
        ty,
        ..
    } = scope;
    let full = scope.full(server.identifier.as_ref());
    let value = match &full {
        Some(full) => full.to_token_stream(),
        None => quote!(#PLACEHOLDER),
    };
    // An empty line separates paragraphs.
    let separator = attrs.iter().any(is_doc).then(|| quote!(#[doc = ""]));
    let line = full.map(|full| {
        let line = format!(" The scope `{}`.", full.value());
        quote!(#separator #[doc = #line])
    });
    // With the span of the name, lints point at it.
    let item = quote_spanned!(ident.span()=> #vis #const_token #ident: #ty = #value;);
    quote! {
        #(#attrs)*
        #line
        #item
    }
}

/// Returns the constant with the list of the scopes.
fn all(server: &Server, title: &str) -> TokenStream {
    let scopes = server.scopes.iter().map(|scope| {
        let (cfgs, ident) = (cfgs(&scope.attrs), &scope.ident);
        quote!(#(#cfgs)* #ident)
    });
    // It uses all constants, so none of them is reported as unused: they are registered.
    quote! {
        #[doc = #title]
        #[allow(dead_code, deprecated, unreachable_pub)]
        pub const ALL: &[&::core::primitive::str] = &[#(#scopes),*];
    }
}

fn registrations(server: &Server, catalogue: Option<&Catalogue>) -> TokenStream {
    let module_cfgs = cfgs(&server.attrs);
    let krate = server.krate.clone().unwrap_or_else(crate_path);
    let private = quote!(#krate::__private);
    let tracked = catalogue.map(Catalogue::tracked);
    let scopes = server.scopes.iter().filter_map(|scope| {
        let full = scope.full(server.identifier.as_ref())?;
        let (cfgs, description) = (cfgs(&scope.attrs), description(scope));
        Some(quote! {
            #(#cfgs)*
            #private::inventory::submit! {
                #private::ScopeDefinition {
                    scope: #full,
                    description: #description,
                }
            }
        })
    });
    quote! {
        #(#module_cfgs)*
        const _: () = {
            #tracked
            #(#scopes)*
        };
    }
}

/// Returns the first paragraph of a constant's documentation, in one line.
pub(super) fn description(scope: &Scope) -> String {
    let texts: Vec<_> = scope.attrs.iter().filter_map(doc_text).collect();
    let lines = texts
        .iter()
        .flat_map(|text| text.split('\n'))
        .map(str::trim);
    let paragraph = lines
        .skip_while(|line| line.is_empty())
        .take_while(|line| !line.is_empty());
    paragraph.collect::<Vec<_>>().join(" ")
}

fn is_doc(attribute: &Attribute) -> bool {
    doc_text(attribute).is_some()
}

fn doc_text(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}
