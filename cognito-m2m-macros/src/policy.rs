//! The constant policy of a requirement: calls to constructors of the runtime crate, never an
//! expression of boolean operators.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Path;
use syn::spanned::Spanned;

use crate::attribute::Attribute;
use crate::catalogue::Catalogue;
use crate::model::{
    Claim, ClaimCondition, ClaimValue, Client, ConstStr, MethodEntry, Requirement, Rule,
};

/// Returns an expression of the type `Policy` for a requirement of the attribute.
pub(crate) fn policy(requirement: &Requirement, attribute: &Attribute) -> TokenStream {
    let krate = &attribute.krate;
    let private = quote!(#krate::__private);
    let catalogue = attribute.catalogue.as_deref();
    match requirement {
        Requirement::Authentication => quote!(#private::Policy::authenticated()),
        Requirement::Scopes(scopes) => {
            let rule = rule(scopes, &private, catalogue);
            quote!(#private::Policy::scope_rule(#rule))
        }
        Requirement::Methods(entries) => {
            let entries = entries.iter().map(|MethodEntry { key, rule: scopes }| {
                let (name, rule) = (&key.text, rule(scopes, &private, catalogue));
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
        Requirement::Claims(claims) if let [claim] = claims.as_slice() => {
            let claim = self::claim(claim, &private);
            quote!(#private::Policy::claim_rule(#claim))
        }
        Requirement::Claims(claims) => {
            let claims = claims.iter().map(|claim| self::claim(claim, &private));
            let list = list(&quote!(#private::ClaimRule), claims);
            quote!(#private::claims(#list))
        }
    }
}

fn rule(rule: &Rule, private: &TokenStream, catalogue: Option<&Catalogue>) -> TokenStream {
    match rule {
        Rule::Scope(ConstStr::Path(path)) => scope_constant(path, private, catalogue),
        Rule::Scope(scope) => call("scope", scope, private),
        Rule::Group(group) => {
            let members = group
                .members
                .iter()
                .map(|member| self::rule(member, private, catalogue));
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

fn claim(Claim { name, condition }: &Claim, private: &TokenStream) -> TokenStream {
    match condition {
        ClaimCondition::OneOf(values) => {
            let name = call("claim_name", name, private);
            let values = values.iter().map(|value| claim_value(value, private));
            let list = list(&quote!(#private::ClaimValue), values);
            quote!(#private::ClaimRule::one_of(#name, #list))
        }
        ClaimCondition::PathParameter(parameter) => {
            let name = call("claim_name", name, private);
            let parameter = call("parameter_name", parameter, private);
            quote!(#private::ClaimRule::equals_path(#name, #parameter))
        }
    }
}

fn claim_value(value: &ClaimValue, private: &TokenStream) -> TokenStream {
    match value {
        ClaimValue::Str(text) => quote!(#private::ClaimValue::string(#text)),
        ClaimValue::Bool(value) => quote!(#private::ClaimValue::boolean(#value)),
        ClaimValue::Int(value, _) => match i64::try_from(*value) {
            Ok(value) => quote!(#private::ClaimValue::integer(#value)),
            Err(_) => {
                let value = Literal::i128_unsuffixed(*value);
                quote!(#private::ClaimValue::unsigned_integer(#value))
            }
        },
        ClaimValue::Const(path) => {
            let span = path.span();
            let constant = located_at(span, private);
            quote_spanned!(span=> #constant::ClaimConstant::new(#path).value())
        }
    }
}

/// Returns a call to a `const fn` that validates its argument at compile time.
///
/// The call has the span of the argument, so that rustc reports an invalid constant at the path
/// that the user wrote.
fn call(function: &str, argument: &ConstStr, private: &TokenStream) -> TokenStream {
    let (start, end) = (argument.span(), argument.end());
    let function = Ident::new(function, start);
    let private = located_at(start, private);
    let function = quote_spanned!(start=> #private::#function);
    match argument {
        ConstStr::Literal(literal) => quote_spanned!(end=> #function(#literal)),
        ConstStr::Path(path) => quote_spanned!(end=> #function(#path)),
    }
}

/// Returns the rule of a constant, which is a `&'static str` or a `Scope`.
///
/// A reference to a constant in another constant is `'static`, while a `Scope` by itself could not be
/// passed on, because it has drop glue. With a catalogue, the compiler looks up the constant's value in it.
fn scope_constant(
    path: &Path,
    private: &TokenStream,
    catalogue: Option<&Catalogue>,
) -> TokenStream {
    let start = path.span();
    let private = located_at(start, private);
    let rule = quote_spanned! {start=> {
        #[allow(unused_imports)]
        use #private::OtherConstant as _;
        #private::ScopeConstant(const { &#path }).scope_rule()
    }};
    match catalogue.map(Catalogue::by_length) {
        Some(scopes) => quote_spanned!(start=> #private::listed(#rule, #scopes)),
        None => rule,
    }
}

/// Returns the tokens with the location of a span, which rustc reports.
pub(crate) fn located_at(span: Span, tokens: &TokenStream) -> TokenStream {
    let tokens = tokens.clone().into_iter().map(|mut token| {
        token.set_span(token.span().located_at(span));
        token
    });
    tokens.collect()
}

/// Returns an expression for a `&'static` slice.
///
/// The slice needs a constant, because Rust doesn't promote a temporary that has drop glue. The
/// name of the constant must not shadow a name that the user's paths refer to.
fn list(element: &TokenStream, elements: impl Iterator<Item = TokenStream>) -> TokenStream {
    quote!({
        const __COGNITO_M2M_LIST: &[#element] = &[#(#elements),*];
        __COGNITO_M2M_LIST
    })
}
