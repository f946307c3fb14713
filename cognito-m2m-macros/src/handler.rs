//! The expansion of an attribute on a handler: a marker type with a constant policy, and a guard
//! argument.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute as RustAttribute, Ident, Path, Type, Visibility};

use crate::attribute::Attribute;
use crate::catalogue::Catalogue;
use crate::cfg::cfgs;
use crate::errors::Errors;
use crate::function::Function;
use crate::guard::{self, PREFIX};
use crate::kind::Kind;
use crate::model::{Requirement, Requirements};
use crate::rewritten::{Rewritten, returns_future};
use crate::{extractors, policy, route_parameters, routes};

/// Expands an attribute on a function.
pub(crate) fn expand(
    attribute: &Attribute,
    function: Function,
    errors: &mut Errors,
) -> TokenStream {
    check_signature(attribute.kind, &function, "", errors);
    let Requirements::Shared(requirement) = &attribute.requirements else {
        let message = "`#[action_scope_map]` can only be used on an inline module \
                       (`mod { .. }`): use `#[require_scopes(..)]` on a function";
        errors.report(Span::call_site(), message);
        return TokenStream::new();
    };
    if let Requirement::Methods(entries) = requirement {
        let routed = routes::visible_methods(&function.attrs);
        routes::check_handler(entries, &routed, errors);
        routes::check_map(entries, &routed, errors);
    }
    if let Requirement::Claims(claims) = requirement {
        route_parameters::check(claims, &function.attrs, errors);
    }
    let layer = Layer {
        krate: &attribute.krate,
        policy: policy::policy(requirement, attribute),
        refusal: attribute.refusal.as_ref().map(ToTokens::to_token_stream),
        report_only: attribute.report_only,
        catalogue: attribute.catalogue.as_deref(),
    };
    guard(function, &layer, errors)
}

/// Reports a function that can't be guarded.
///
/// Actix calls handlers without a receiver, and a handler returns a future. `advice` is appended to the
/// message about a function that doesn't.
pub(crate) fn check_signature(kind: Kind, function: &Function, advice: &str, errors: &mut Errors) {
    let attribute = kind.name();
    if let Some(receiver) = function.sig.receiver() {
        let message = format_args!(
            "a method with `self` can't be an Actix handler: make it a free function that takes \
             its state as `web::Data<..>`, and put `#[{attribute}]` on that function"
        );
        errors.report(receiver.span(), message);
    }
    match Rewritten::of(function) {
        Some(Rewritten::Cached) => {
            // The same message for each generated function, which rustc prints once.
            let message = format_args!(
                "`#[{attribute}]` can't guard the functions that `#[cached]` or `#[once]` generates: \
                 put `#[{attribute}]` above it"
            );
            errors.report(Span::call_site(), message);
        }
        Some(Rewritten::AsyncBody) => {
            let message = format_args!(
                "`#[{attribute}]` requires an `async fn` or a function that returns a future: if \
                 another attribute has rewritten `{name}`, put `#[{attribute}]` above that one, or \
                 else write `async fn {name}`{advice}",
                name = function.sig.ident
            );
            errors.report(function.sig.fn_token.span, message);
        }
        None if function.sig.asyncness.is_some() || returns_future(&function.sig.output) => {}
        None => {
            let message = format_args!(
                "`#[{attribute}]` requires an `async fn`: write `async fn {}`, and if the function \
                 returns a future, `.await` it in the body{advice}",
                function.sig.ident
            );
            errors.report(function.sig.fn_token.span, message);
        }
    }
}

/// The part of a handler's guard that one attribute adds.
pub(crate) struct Layer<'a> {
    pub(crate) krate: &'a Path,
    /// An expression of the type `Policy`.
    pub(crate) policy: TokenStream,
    /// An expression of the type `RefusalFn`.
    pub(crate) refusal: Option<TokenStream>,
    pub(crate) report_only: bool,
    /// The file that the crate must be rebuilt for.
    pub(crate) catalogue: Option<&'a Catalogue>,
}

/// Returns the handler with the layer added to its guard, and the items for the layer.
pub(crate) fn guard(mut function: Function, layer: &Layer<'_>, errors: &mut Errors) -> TokenStream {
    let marker = Marker::new(&function);
    // The attribute that expands first checks the arguments for all.
    let checks = match guard::layer_count(&function.sig) {
        0 => {
            extractors::check_count(&function.sig, errors);
            extractors::checks(&function.sig, layer.krate)
        }
        _ => TokenStream::new(),
    };
    let stack = guard::add(&mut function, &marker.name, layer.krate, errors);
    let items = marker.items(layer, &stack, &checks);
    quote!(#items #function)
}

/// The type that carries a layer's policy.
struct Marker {
    name: Ident,
    handler: String,
    cfgs: Vec<RustAttribute>,
    visibility: Visibility,
    /// The routes that the attribute sees.
    routes: TokenStream,
}

impl Marker {
    fn new(function: &Function) -> Self {
        let handler = function.sig.ident.unraw().to_string();
        // An identifier can't start with a digit, so a name with a number never collides with the
        // marker of another handler.
        let name = match guard::layer_count(&function.sig) {
            0 => format!("{PREFIX}{handler}"),
            above => format!("{PREFIX}{}_{handler}", above.saturating_add(1)),
        };
        Self {
            name: Ident::new(&name, Span::call_site()),
            handler,
            cfgs: cfgs(&function.attrs),
            visibility: function.vis.clone(),
            routes: routes::visible_routes(&function.attrs),
        }
    }

    fn items(&self, layer: &Layer<'_>, stack: &Type, checks: &TokenStream) -> TokenStream {
        let Self {
            name,
            handler,
            cfgs,
            visibility,
            routes,
        } = self;
        let Layer {
            krate,
            policy,
            refusal,
            report_only,
            catalogue,
        } = layer;
        let private = quote!(#krate::__private);
        let refusal = refusal.as_ref().map(|path| {
            // With the span of the path, rustc reports a function of the wrong type there.
            quote_spanned! {path.span()=>
                const REFUSAL: ::core::option::Option<#private::RefusalFn> =
                    ::core::option::Option::Some(#path);
            }
        });
        let tracked = catalogue.map(Catalogue::tracked);
        // Few items, because each takes time to compile, and because in an `impl` rustc reports each of
        // them. No macro call outside of another item, because an attribute on an outer module rejects
        // macro calls.
        quote! {
            #(#cfgs)*
            #[doc(hidden)]
            #[allow(non_camel_case_types)]
            #visibility enum #name {}

            #(#cfgs)*
            const _: () = {
                #[automatically_derived]
                impl #private::RoutePolicy for #name {
                    const LAYERS: &'static #private::Layers =
                        &#private::Layers::One(&#private::Layer {
                            policy: #policy,
                            handler: ::core::concat!(::core::module_path!(), "::", #handler),
                            file: ::core::file!(),
                            line: ::core::line!(),
                            report_only: #report_only,
                            routes: #routes,
                        });
                    #refusal
                }

                #checks

                #tracked

                #private::inventory::submit! {
                    #private::GuardedHandler(<#stack as #private::RoutePolicy>::LAYERS)
                }
            };
        }
    }
}
