//! The constant that a requirement becomes: a value of the runtime crate, never an expression
//! of boolean operators.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Path;

use crate::model::{Client, Entry, Requirement, Rule, Text};

/// An expression of the type `Policy`.
pub(crate) fn policy(requirement: &Requirement, krate: &Path) -> TokenStream {
    let private = quote!(#krate::__private);
    match requirement {
        Requirement::Authentication => quote!(#private::Policy::authenticated()),
        Requirement::Scopes(scopes) => {
            let rule = rule(scopes, &private);
            quote!(#private::Policy::scope_rule(#rule))
        }
        Requirement::Methods(entries) => {
            let entries = entries.iter().map(|Entry { key, rule: scopes }| {
                let (name, rule) = (&key.text, rule(scopes, &private));
                quote!((#private::method(#name), #rule))
            });
            let list = list(&quote!(#private::MethodRule), entries);
            quote!(#private::scope_map(#list))
        }
        Requirement::Clients(clients) => {
            let clients = clients.iter().map(|client| self::client(client, &private));
            let list = list(&quote!(#private::ClientSelector), clients);
            quote!(#private::allow_clients(#list))
        }
    }
}

fn rule(rule: &Rule, private: &TokenStream) -> TokenStream {
    match rule {
        Rule::Scope(scope) => call("scope", scope, private),
        Rule::Group(group) => {
            let members = group
                .members
                .iter()
                .map(|member| self::rule(member, private));
            let list = list(&quote!(#private::ScopeRule), members);
            let operator = Ident::new(group.operator.name(), Span::call_site());
            quote!(#private::#operator(#list))
        }
    }
}

fn client(client: &Client, private: &TokenStream) -> TokenStream {
    match client {
        Client::Id(id) => call("client", id, private),
        Client::Group(name) => call("group", name, private),
    }
}

/// A call that checks its argument while compiling. It stands where the argument stands, so that
/// what rustc says about a constant points at the user's path.
fn call(function: &str, argument: &Text, private: &TokenStream) -> TokenStream {
    let (start, end) = (argument.span(), argument.end());
    let function = Ident::new(function, start);
    let private = private.clone().into_iter().map(|mut token| {
        token.set_span(token.span().located_at(start));
        token
    });
    let function = quote_spanned!(start=> #(#private)*::#function);
    match argument {
        Text::Literal(literal) => quote_spanned!(end=> #function(#literal)),
        Text::Constant(path) => quote_spanned!(end=> #function(#path)),
    }
}

/// A `&'static` list. A constant of its own, since a temporary with drop glue is not promoted;
/// with a name that no path of the user's can mean.
fn list(element: &TokenStream, elements: impl Iterator<Item = TokenStream>) -> TokenStream {
    quote!({
        const __COGNITO_M2M_LIST: &[#element] = &[#(#elements),*];
        __COGNITO_M2M_LIST
    })
}
