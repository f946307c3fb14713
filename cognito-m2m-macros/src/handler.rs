//! A handler, and the type that holds what one attribute asks of its callers.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute as RustAttribute, Ident, ItemFn, Path, Visibility};

use crate::attribute::{Attribute, Kind};
use crate::errors::Errors;
use crate::guard::{self, PREFIX};
use crate::model::{Asks, Requirement};
use crate::{policy, routes};

/// An attribute on a function.
pub(crate) fn expand(attribute: &Attribute, function: ItemFn, errors: &mut Errors) -> TokenStream {
    check_shape(attribute.kind, &function, "", errors);
    let Asks::ForAll(requirement) = &attribute.asks else {
        let message = "`#[action_scope_map]` stands on a `mod { .. }` with its handlers: write \
                       `#[require_scopes(..)]` on a function";
        errors.report(Span::call_site(), message);
        return TokenStream::new();
    };
    if let Requirement::Methods(entries) = requirement {
        let routed = routes::visible(&function.attrs);
        routes::check_handler(entries, &routed, errors);
        routes::check_map(entries, &routed, errors);
    }
    let layer = Layer {
        krate: &attribute.krate,
        policy: policy::policy(requirement, &attribute.krate),
        refusal: attribute.refusal.as_ref().map(ToTokens::to_token_stream),
    };
    guard(function, &layer, errors)
}

/// Actix calls handlers without a receiver, and only an `async fn` has a body that waits for
/// the guard.
pub(crate) fn check_shape(kind: Kind, function: &ItemFn, exemption: &str, errors: &mut Errors) {
    let attribute = kind.name();
    if let Some(receiver) = function.sig.receiver() {
        let message = format_args!(
            "a method with `self` can't be an Actix handler: make it a free function that takes \
             what it needs as `web::Data<..>`, and put `#[{attribute}]` there"
        );
        errors.report(receiver.span(), message);
    }
    if function.sig.asyncness.is_none() {
        let message = format_args!(
            "`#[{attribute}]` guards an `async fn`: write `async fn {}`, and where a future is \
             returned, `.await` it in the body{exemption}",
            function.sig.ident
        );
        errors.report(function.sig.fn_token.span, message);
    }
}

/// What one attribute adds to a handler's guard.
pub(crate) struct Layer<'a> {
    pub(crate) krate: &'a Path,
    /// An expression of the type `Policy`.
    pub(crate) policy: TokenStream,
    /// An expression of the type `RefusalFn`.
    pub(crate) refusal: Option<TokenStream>,
}

/// The handler with the layer in its guard, and the type that stands for the layer.
pub(crate) fn guard(mut function: ItemFn, layer: &Layer<'_>, errors: &mut Errors) -> TokenStream {
    let marker = Marker::of(&function);
    guard::add(&mut function.sig, &marker.name, layer.krate, errors);
    let items = marker.items(layer);
    quote!(#items #function)
}

struct Marker {
    name: Ident,
    handler: String,
    cfgs: Vec<RustAttribute>,
    visibility: Visibility,
}

impl Marker {
    fn of(function: &ItemFn) -> Self {
        let handler = function.sig.ident.unraw().to_string();
        // No identifier starts with a digit, so a number can't be part of another handler's name.
        let name = match guard::layers(&function.sig) {
            0 => format!("{PREFIX}{handler}"),
            above => format!("{PREFIX}{}_{handler}", above.saturating_add(1)),
        };
        Self {
            name: Ident::new(&name, Span::call_site()),
            handler,
            cfgs: cfgs(&function.attrs),
            visibility: function.vis.clone(),
        }
    }

    fn items(&self, layer: &Layer<'_>) -> TokenStream {
        let Self {
            name,
            handler,
            cfgs,
            visibility,
        } = self;
        let Layer {
            krate,
            policy,
            refusal,
        } = layer;
        let private = quote!(#krate::__private);
        let refusal = refusal.as_ref().map(|path| {
            // Where the path is, so that a function of another type is shown there.
            quote_spanned! {path.span()=>
                const REFUSAL: ::core::option::Option<#private::RefusalFn> =
                    ::core::option::Option::Some(#path);
            }
        });
        // Few items, and no bare macro call: in an `impl` rustc complains about each, and on a
        // module an attribute further down refuses calls.
        quote! {
            #(#cfgs)*
            #[doc(hidden)]
            #[allow(non_camel_case_types)]
            #visibility enum #name {}

            #(#cfgs)*
            const _: () = {
                impl #name {
                    const LAYER: &'static #private::Layer = &#private::Layer {
                        policy: #policy,
                        handler: ::core::concat!(::core::module_path!(), "::", #handler),
                        file: ::core::file!(),
                        line: ::core::line!(),
                    };
                }

                #[automatically_derived]
                impl #private::RoutePolicy for #name {
                    const LAYERS: &'static #private::Layers = &#private::Layers::One(Self::LAYER);
                    #refusal
                }

                #private::inventory::submit! { #private::GuardedHandler(#name::LAYER) }
            };
        }
    }
}

/// The conditions under which an item exists; what is generated for it exists under the same.
pub(crate) fn cfgs(attributes: &[RustAttribute]) -> Vec<RustAttribute> {
    let is_cfg = |attribute: &&RustAttribute| attribute.path().is_ident("cfg");
    attributes.iter().filter(is_cfg).cloned().collect()
}
