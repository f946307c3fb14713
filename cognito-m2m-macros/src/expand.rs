use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Item;
use syn::parse::{Parse, ParseStream};

use crate::associated::is_associated;
use crate::attribute::Attribute;
use crate::check::check;
use crate::errors::Errors;
use crate::function::{Body, Function};
use crate::kind::Kind;
use crate::module::Module;
use crate::{handler, module, routes};

/// Expands an attribute and the item under it.
///
/// After a mistake, the item is emitted unchanged next to the errors, so that rustc doesn't also
/// report that it is missing.
pub(crate) fn expand(kind: Kind, arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let attribute = Attribute::parse(kind, arguments, &mut errors);
    check(&attribute, &mut errors);
    let mut unguarded = item.clone();
    let guarded = match Annotated::from_item(item) {
        Ok(Annotated::Fn(function)) => {
            let is_method = function.sig.receiver().is_some();
            let is_associated = is_method || is_associated(kind, item);
            if is_associated {
                unguarded = without_routes(&function);
            }
            if is_associated && !is_method {
                report_associated(kind, &mut errors);
                TokenStream::new()
            } else if matches!(function.body, Body::None(_)) {
                report_other_item(kind, "", item, &mut errors);
                TokenStream::new()
            } else {
                handler::expand(&attribute, *function, &mut errors)
            }
        }
        Ok(Annotated::Mod(mut module)) => {
            let guarded = module::expand(&attribute, &mut module, &mut errors);
            unguarded = module.into_token_stream();
            guarded
        }
        Ok(Annotated::Other { advice }) => {
            report_other_item(kind, advice, item, &mut errors);
            TokenStream::new()
        }
        Err(error) => {
            errors.add(error);
            TokenStream::new()
        }
    };
    match errors.into_result() {
        Ok(()) => guarded,
        Err(error) => {
            let errors = error.into_compile_error();
            quote!(#unguarded #errors)
        }
    }
}

/// Returns the function without the attributes of routes. In an `impl`, they would fail too, with
/// errors that don't explain the mistake.
fn without_routes(function: &Function) -> TokenStream {
    let mut function = function.clone();
    let is_kept = |attribute: &syn::Attribute| !routes::is_route(attribute);
    function.attrs.retain(is_kept);
    function.into_token_stream()
}

/// An item under an attribute.
enum Annotated {
    Fn(Box<Function>),
    Mod(Module),
    Other { advice: &'static str },
}

impl Annotated {
    fn from_item(item: &TokenStream) -> syn::Result<Self> {
        match Function::parse_item(item) {
            Some(function) => Ok(Self::Fn(Box::new(function?))),
            None => syn::parse2(item.clone()),
        }
    }
}

impl Parse for Annotated {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if Function::is_next(input) {
            return input.parse().map(Self::Fn);
        }
        if Module::is_next(input) {
            return input.parse().map(Self::Mod);
        }
        let advice = match input.fork().parse() {
            Ok(Item::Impl(_) | Item::Trait(_)) => ": make the handlers in it free functions",
            _ => "",
        };
        input.parse::<TokenStream>()?;
        Ok(Self::Other { advice })
    }
}

fn report_other_item(kind: Kind, advice: &str, item: &TokenStream, errors: &mut Errors) {
    let message = format_args!(
        "`#[{}]` can only be used on an `async fn` or on an inline module (`mod {{ .. }}`)\
         {advice}",
        kind.name()
    );
    errors.report(first_token(item), message);
}

fn report_associated(kind: Kind, errors: &mut Errors) {
    let message = format_args!(
        "`#[{name}]` can't guard an associated function: make it a free function, and put \
         `#[{name}]` on that function",
        name = kind.name()
    );
    errors.report(Span::call_site(), message);
}

fn first_token(tokens: &TokenStream) -> Span {
    tokens
        .clone()
        .into_iter()
        .next()
        .map_or_else(Span::call_site, |token| token.span())
}
