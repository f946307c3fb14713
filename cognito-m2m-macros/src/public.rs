//! `#[public(reason = "..")]`, which marks a handler as open to everyone.
//!
//! Like a guard, it adds an argument in front of the handler's. The argument refuses nothing.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{
    Attribute as RustAttribute, Expr, ExprLit, Ident, Lit, LitStr, Path, ReceiverKind, Token,
    parse_quote, parse_quote_spanned,
};

use crate::attribute::crate_path;
use crate::errors::Errors;
use crate::function::{Body, Function};
use crate::guard;
use crate::kind::Kind;
use crate::{routes, similar};

/// Expands the attribute on a function.
///
/// After a mistake, the item is emitted unchanged next to the errors.
pub(crate) fn expand(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let reason = PublicReason::parse(arguments, Span::call_site(), &mut errors);
    let function = parse_function(item, &mut errors);
    let public = match (reason, function) {
        (Some(reason), Some(mut function)) => {
            check(&function, &mut errors);
            reason.mark(&mut function, &mut errors);
            function.into_token_stream()
        }
        _ => TokenStream::new(),
    };
    match errors.into_result() {
        Ok(()) => public,
        Err(error) => {
            let errors = error.into_compile_error();
            quote!(#item #errors)
        }
    }
}

/// Returns `true` for `#[public(..)]` under any path.
///
/// A macro can't resolve paths, so an attribute of another crate with the same name matches too.
pub(crate) fn is_public(attribute: &RustAttribute) -> bool {
    let name = attribute.path().segments.last();
    name.is_some_and(|name| name.ident == "public")
}

/// Returns the attribute under its full path, so that it needs no import. `krate` is the path of the
/// runtime crate, unless the attribute names another one.
pub(crate) fn with_full_path(
    attribute: &RustAttribute,
    krate: &Path,
    errors: &mut Errors,
) -> Option<RustAttribute> {
    let span = attribute.path().segments.last()?.ident.span();
    let arguments = match &attribute.meta {
        syn::Meta::List(list) => list.tokens.clone(),
        syn::Meta::Path(_) | syn::Meta::NameValue(_) => TokenStream::new(),
    };
    let PublicReason { text, krate: own } = PublicReason::parse(arguments, span, errors)?;
    let krate = own.as_ref().unwrap_or(krate);
    let name = Ident::new("public", span);
    Some(parse_quote_spanned!(span=> #[#krate::#name(reason = #text, crate = #krate)]))
}

fn parse_function(item: &TokenStream, errors: &mut Errors) -> Option<Function> {
    let parse = |input: ParseStream<'_>| {
        if Function::is_next(input) {
            input.parse().map(Some)
        } else {
            input.parse::<TokenStream>().map(|_| None)
        }
    };
    match parse.parse2(item.clone()) {
        Ok(Some(function)) => Some(function),
        Ok(None) => {
            let message = "`#[public]` can only be used on a handler: put it on each handler, or wrap \
                           their scope in `PublicRoutes::because(\"..\")`; in a guarded module, mark \
                           what contains no handler `#[helper]`";
            errors.report(Span::call_site(), message);
            None
        }
        Err(error) => {
            errors.add(error);
            None
        }
    }
}

fn check(function: &Function, errors: &mut Errors) {
    let guard = function
        .attrs
        .iter()
        .find_map(|attribute| Kind::from_path(attribute.path()));
    if let Some(kind) = guard {
        let message = format_args!(
            "a public handler can't be guarded: remove `#[public]` or `#[{}]`",
            kind.name()
        );
        errors.report(Span::call_site(), message);
    } else if guard::layer_count(&function.sig) > 0 {
        let message = "a guarded handler can't be public: remove `#[public]` or the attribute above \
                       it that guards the handler";
        errors.report(Span::call_site(), message);
    }
    if let Some(second) = function.attrs.iter().find(|attribute| is_public(attribute)) {
        errors.add(syn::Error::new_spanned(
            second,
            "`#[public]` is specified more than once",
        ));
    }
    if let Some(receiver) = function.sig.receiver()
        && matches!(receiver.kind, ReceiverKind::Reference(..))
    {
        let message = "a method with `&self` can't be an Actix handler: make it a free function that \
                       takes its state as `web::Data<..>`";
        errors.add(syn::Error::new_spanned(receiver, message));
    }
}

/// The arguments of the attribute.
struct PublicReason {
    /// A string literal, or the path of a constant.
    text: Expr,
    /// `crate = path`
    krate: Option<Path>,
}

impl PublicReason {
    /// Parses the arguments. `at` is the attribute.
    fn parse(tokens: TokenStream, at: Span, errors: &mut Errors) -> Option<Self> {
        let arguments = match Punctuated::<Argument, Token![,]>::parse_terminated.parse2(tokens) {
            Ok(arguments) => arguments,
            Err(error) => {
                errors.add(error);
                return None;
            }
        };
        let (mut reasons, mut crates) = (Vec::new(), Vec::new());
        let mut has_unknown_argument = false;
        for Argument { key, value } in arguments {
            match (key.to_string().as_str(), value) {
                ("reason", value) => reasons.push((key, value)),
                ("crate", Expr::Path(path)) => crates.push((key, path.path)),
                ("crate", value) => errors.add(syn::Error::new_spanned(
                    value,
                    "expected the path of the crate without quotes: `crate = path`",
                )),
                _ => {
                    has_unknown_argument = true;
                    errors.report(key.span(), unknown_argument(&key));
                }
            }
        }
        let krate = take_one(crates, errors);
        let Some(text) = take_one(reasons, errors) else {
            if !has_unknown_argument {
                errors.report(at, "expected a reason: `#[public(reason = \"..\")]`");
            }
            return None;
        };
        check_text(&text, errors);
        Some(Self { text, krate })
    }

    /// Adds the argument, and registers the handler.
    fn mark(&self, function: &mut Function, errors: &mut Errors) {
        let krate = self.krate.clone().unwrap_or_else(crate_path);
        let name = function.sig.ident.unraw().to_string();
        let text = &self.text;
        let routes = routes::visible_routes(&function.attrs);
        let handler = quote!(::core::concat!(::core::module_path!(), "::", #name));
        let place = quote! {
            #krate::__private::place(#handler, ::core::line!(), ::core::column!())
        };
        // In the body, because an `impl` can't contain the constant.
        let registration = quote! {
            const _: () = {
                #krate::__private::inventory::submit! {
                    #krate::__private::PublicHandler {
                        handler: #handler,
                        file: ::core::file!(),
                        line: ::core::line!(),
                        reason: #krate::PublicRoutes::because(#text).reason(),
                        routes: #routes,
                        place: #place,
                    }
                }
            };
        };
        if let Body::Block(TokenTree::Group(block)) = &mut function.body {
            *block = prepend(registration, block);
        }
        let argument = parse_quote!(#krate::__private::Public<{ #place }>);
        guard::insert(function, &argument, errors);
    }
}

/// An argument of the attribute: `key = value`.
struct Argument {
    key: Ident,
    value: Expr,
}

impl syn::parse::Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !(input.peek(Ident::peek_any) && input.peek2(Token![=])) {
            return Err(input.error("expected `reason = \"..\"`"));
        }
        let key = input.call(Ident::parse_any)?;
        input.parse::<Token![=]>()?;
        let value = input.parse()?;
        if input.is_empty() || input.peek(Token![,]) {
            Ok(Self { key, value })
        } else {
            Err(input.error("expected `,` between two arguments"))
        }
    }
}

fn unknown_argument(key: &Ident) -> String {
    let advice = if similar::nearest(&key.to_string(), ["reason"]).is_some() {
        "; did you mean `reason`?"
    } else {
        ""
    };
    format!("unknown argument `{key}`: `#[public]` accepts `reason`, `crate`{advice}")
}

fn take_one<T>(found: Vec<(Ident, T)>, errors: &mut Errors) -> Option<T> {
    let mut found = found.into_iter();
    let first = found.next();
    for (key, _) in found {
        let message = format_args!("`{key}` is specified more than once");
        errors.report(key.span(), message);
    }
    first.map(|(_, value)| value)
}

fn check_text(text: &Expr, errors: &mut Errors) {
    let problem = match text {
        Expr::Lit(ExprLit {
            lit: Lit::Str(literal),
            ..
        }) => is_blank(literal).then_some("the reason is blank: say why the handler is public"),
        Expr::Path(_) => None,
        // A literal from a `macro_rules!` fragment.
        Expr::Group(group) => return check_text(&group.expr, errors),
        _ => Some("expected a string literal or the path of a constant: `reason = \"..\"`"),
    };
    if let Some(problem) = problem {
        errors.add(syn::Error::new_spanned(text, problem));
    }
}

fn is_blank(literal: &LitStr) -> bool {
    literal.value().trim().is_empty()
}

/// Returns the block with more items at its beginning, after its inner attributes.
fn prepend(items: TokenStream, block: &Group) -> Group {
    let mut statements: Vec<_> = block.stream().into_iter().collect();
    let mut position = 0_usize;
    while let Some(
        [
            TokenTree::Punct(hash),
            TokenTree::Punct(mark),
            TokenTree::Group(_),
        ],
    ) = statements.get(position..position.saturating_add(3))
        && hash.as_char() == '#'
        && mark.as_char() == '!'
    {
        position = position.saturating_add(3);
    }
    let rest = statements.split_off(position);
    let all = statements.into_iter().chain(items).chain(rest).collect();
    let mut extended = Group::new(Delimiter::Brace, all);
    extended.set_span(block.span());
    extended
}
