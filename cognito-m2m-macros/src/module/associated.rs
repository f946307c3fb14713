//! The members of an `impl` or a `trait` in a guarded module.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{FnArg, Ident, ItemImpl, Receiver, ReceiverKind, Type};

use crate::function::Function;
use crate::module::builtin::is_builtin;
use crate::module::exempt::has_mark;
use crate::module::handler_traits::is_handler_trait;
use crate::module::item::{AssociatedBlock, Member, ValueItem};
use crate::module::plain;
use crate::module::search::Forbidden;
use crate::module::unguarded::Unguarded;
use crate::module::unseen::Unseen;
use crate::module::well_known::HiddenNames;

/// The methods of `FromRequest`. They take references, so Actix doesn't accept them as handlers.
const EXTRACTOR_METHODS: [&str; 2] = ["extract", "from_request"];

impl Unseen<'_> {
    /// Searches an `impl` or a `trait`. Returns the checks of its functions by the compiler.
    pub(super) fn block(&mut self, block: &AssociatedBlock) -> TokenStream {
        let header = Header::parse(block);
        self.search(block.header.clone(), Forbidden::AnyHandler);
        if let Some(name) = header.trait_name()
            && is_handler_trait(&name.to_string())
        {
            self.report(name.span(), Unguarded::HandlerImpl);
        }
        if header.is_extractor()
            && let Some(implementation) = &header.implementation
            && matches!(*implementation.self_ty, Type::Reference(_))
        {
            self.report(implementation.self_ty.span(), Unguarded::ReferenceExtractor);
        }
        let members = block.members.iter();
        members
            .map(|member| self.member(member, block, &header))
            .collect()
    }

    fn member(&mut self, member: &Member, block: &AssociatedBlock, header: &Header) -> TokenStream {
        match member {
            Member::Fn(function) if has_mark(&function.attrs) => {}
            Member::Fn(function) if header.is_extractor() && is_extractor_method(function) => {
                self.search_function(function, Forbidden::Mounted);
            }
            Member::Fn(function) => return self.method(function, block, header),
            Member::Value(ValueItem { attrs, .. }) if has_mark(attrs) => {}
            Member::Value(value) => self.search(value.tokens.clone(), Forbidden::AnyHandler),
            Member::Other { attrs, .. } if has_mark(attrs) => {}
            Member::Other { tokens, .. } if is_macro_call(tokens) => {
                self.report(tokens.span(), Unguarded::ItemMacro);
            }
            Member::Other { tokens, .. } => self.search(tokens.clone(), Forbidden::AnyHandler),
        }
        TokenStream::new()
    }

    fn method(
        &mut self,
        function: &Function,
        block: &AssociatedBlock,
        header: &Header,
    ) -> TokenStream {
        let signature = &function.sig;
        let at = signature.ident.span();
        let is_async = signature.asyncness.is_some();
        let forbidden = match is_async {
            true => Forbidden::Mounted,
            false => Forbidden::AnyHandler,
        };
        let is_by_reference = |receiver| is_by_reference(receiver, self.hidden);
        if signature.receiver().is_some_and(is_by_reference) {
            self.search_function(function, forbidden);
            return TokenStream::new();
        }
        let has_receiver = signature.receiver().is_some();
        if is_async && has_receiver {
            self.report(at, Unguarded::Method);
        } else if is_async || (!has_receiver && !function.attrs.iter().all(is_builtin)) {
            self.report(at, Unguarded::Associated);
        } else if let (true, Some(path)) = (plain::can_be_checked(function), header.path(function))
        {
            self.search_function(function, forbidden);
            return self.compiler_check(function, &path, &block.attrs);
        } else if self
            .futures
            .are_likely_in(&signature.output.to_token_stream())
        {
            self.report(at, Unguarded::Associated);
        } else {
            self.search_function(function, forbidden);
        }
        TokenStream::new()
    }
}

/// The part of an `impl` before its braces.
struct Header {
    /// `None` for a `trait`.
    implementation: Option<ItemImpl>,
}

impl Header {
    fn parse(block: &AssociatedBlock) -> Self {
        let header = &block.header;
        Self {
            implementation: syn::parse2(quote!(#header {})).ok(),
        }
    }

    /// Returns the last segment of the path of the trait.
    fn trait_name(&self) -> Option<&Ident> {
        let (path, _) = self.implementation.as_ref()?.trait_.as_ref()?;
        path.segments.last().map(|segment| &segment.ident)
    }

    fn is_extractor(&self) -> bool {
        self.trait_name().is_some_and(|name| name == "FromRequest")
    }

    /// Returns the path of an associated function, or `None` if it depends on generic types.
    fn path(&self, function: &Function) -> Option<TokenStream> {
        let implementation = self.implementation.as_ref()?;
        let (self_type, name) = (&implementation.self_ty, &function.sig.ident);
        if !implementation.generics.params.is_empty() {
            return None;
        }
        Some(match &implementation.trait_ {
            Some((path, _)) => quote!(<#self_type as #path>::#name),
            None => quote!(<#self_type>::#name),
        })
    }
}

/// Returns `true` for a receiver that Actix never passes: extractors are values. `Rc` and `Arc` belong
/// to std, so a program can't implement `FromRequest` for them.
fn is_by_reference(receiver: &Receiver, hidden: &HiddenNames) -> bool {
    match &receiver.kind {
        ReceiverKind::Reference(..) => true,
        ReceiverKind::Typed(_, receiver) => match &**receiver {
            Type::Reference(_) => true,
            Type::Path(path) => {
                let name = path.path.segments.last().map(|segment| &segment.ident);
                name.is_some_and(|name| hidden.is_pointer(&name.to_string()))
            }
            _ => false,
        },
        _ => false,
    }
}

fn is_extractor_method(function: &Function) -> bool {
    let takes_reference = match function.sig.inputs.first() {
        Some(FnArg::Typed(argument)) => matches!(*argument.ty, Type::Reference(_)),
        _ => false,
    };
    takes_reference
        && EXTRACTOR_METHODS
            .iter()
            .any(|name| function.sig.ident == name)
}

fn is_macro_call(tokens: &TokenStream) -> bool {
    let is_kept =
        |token: &TokenTree| !matches!(token, TokenTree::Punct(mark) if mark.as_char() == ';');
    let call = tokens.clone().into_iter().filter(is_kept).collect();
    syn::parse2::<syn::Macro>(call).is_ok()
}
