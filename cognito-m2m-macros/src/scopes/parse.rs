use proc_macro2::{Delimiter, Span, TokenTree};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Ident, LitStr, Token, Visibility, braced, parse_quote_spanned, token};

use crate::errors::Errors;
use crate::scopes::model::{Scope, Server};
use crate::scopes::server_argument::ServerArgument;

const MODULE: &str = "expected a module: `#[resource_server(\"widgets\")] pub mod scopes { .. }`";
const CONSTANT: &str = "expected a constant: `pub const READ: &str = \"read\";`";

/// Parses all modules. After a syntax error, parsing continues with the next module.
pub(super) fn servers(input: ParseStream<'_>, errors: &mut Errors) -> Vec<Server> {
    if input.is_empty() {
        errors.report(Span::call_site(), MODULE);
    }
    let mut servers = Vec::new();
    while !input.is_empty() {
        match server(input, errors) {
            Ok(server) => servers.push(server),
            Err(error) => {
                errors.add(error);
                skip_through(input, |token| is_semicolon(token) || is_block(token));
            }
        }
    }
    servers
}

fn server(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Server> {
    let mut attrs = input.call(Attribute::parse_outer)?;
    let vis = input.parse::<Visibility>()?;
    if !input.peek(Token![mod]) {
        return Err(input.error(MODULE));
    }
    let mod_token = input.parse()?;
    let ident: Ident = input.parse()?;
    if !input.peek(token::Brace) {
        return Err(
            input.error("expected the scopes in braces: `{ pub const READ: &str = \"read\"; }`")
        );
    }
    let content;
    braced!(content in input);
    let inner_attrs = content.call(Attribute::parse_inner)?;
    let ServerArgument { identifier, krate } = ServerArgument::take(&mut attrs, &ident, errors);
    Ok(Server {
        attrs,
        vis,
        mod_token,
        ident,
        inner_attrs,
        identifier,
        krate,
        scopes: scopes(&content, errors),
    })
}

/// Parses the constants. After a syntax error, parsing continues after the next semicolon.
fn scopes(input: ParseStream<'_>, errors: &mut Errors) -> Vec<Scope> {
    let mut scopes = Vec::new();
    while !input.is_empty() {
        match scope(input, errors) {
            Ok(scope) => scopes.push(scope),
            Err(error) => {
                errors.add(error);
                skip_through(input, is_semicolon);
            }
        }
    }
    scopes
}

fn scope(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Scope> {
    let attrs = input.call(Attribute::parse_outer)?;
    let vis = input.parse()?;
    if !input.peek(Token![const]) || !input.peek2(Ident::peek_any) || input.peek2(Token![fn]) {
        return Err(input.error(CONSTANT));
    }
    let const_token = input.parse()?;
    let ident: Ident = input.parse()?;
    let mut scope = Scope {
        ty: parse_quote_spanned!(ident.span()=> &::core::primitive::str),
        attrs,
        vis,
        const_token,
        ident,
        name: None,
    };
    // The name of the constant is known, so it is defined, whatever follows.
    if let Err(error) = type_and_name(input, &mut scope) {
        errors.add(error);
        if !is_item_next(input) {
            skip_through(input, is_semicolon);
        }
    }
    Ok(scope)
}

/// Parses `: &str = "read";`.
fn type_and_name(input: ParseStream<'_>, scope: &mut Scope) -> syn::Result<()> {
    if !input.peek(Token![:]) {
        let message = format!("expected the type of the constant: `{}: &str`", scope.ident);
        return Err(syn::Error::new(scope.ident.span(), message));
    }
    input.parse::<Token![:]>()?;
    let ty: syn::Type = input.parse()?;
    if !is_str(&ty) {
        let message = "a scope is a `&str`: write `pub const READ: &str = \"read\";`";
        return Err(syn::Error::new_spanned(ty, message));
    }
    scope.ty = ty;
    input.parse::<Token![=]>()?;
    if !input.peek(LitStr) {
        return Err(input.error(
            "expected a string literal: the name of the scope, without its resource server",
        ));
    }
    let name: LitStr = input.parse()?;
    if !name.suffix().is_empty() {
        return Err(syn::Error::new(
            name.span(),
            "expected a string literal without a suffix",
        ));
    }
    let end = name.span();
    scope.name = Some(name);
    if input.peek(Token![;]) {
        return input.parse::<Token![;]>().map(drop);
    }
    Err(syn::Error::new(end, "expected `;` after this"))
}

/// Returns `true` if the semicolon in front of another constant is missing.
fn is_item_next(input: ParseStream<'_>) -> bool {
    input.peek(Token![#]) || input.peek(Token![pub]) || input.peek(Token![const])
}

/// Returns `true` for `&str` and `&'static str`.
fn is_str(ty: &syn::Type) -> bool {
    let syn::Type::Reference(reference) = ty else {
        return false;
    };
    let is_static = |lifetime: &syn::Lifetime| lifetime.ident == "static";
    let is_str = matches!(&*reference.elem, syn::Type::Path(path) if path.qself.is_none()
        && path.path.is_ident("str"));
    is_str && reference.mutability.is_none() && reference.lifetime.as_ref().is_none_or(is_static)
}

fn is_block(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn is_semicolon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';')
}

/// Skips tokens up to the first that matches, and this one.
fn skip_through(input: ParseStream<'_>, is_last: impl Fn(&TokenTree) -> bool) {
    while let Ok(token) = input.parse::<TokenTree>() {
        if is_last(&token) {
            return;
        }
    }
}
