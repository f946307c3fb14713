//! The argument `#[resource_server("widgets", crate = path)]` of a module.

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, LitStr, Meta, Path, Token};

use crate::errors::Errors;
use crate::similar;

const NAME: &str = "resource_server";
const EXAMPLE: &str = "#[resource_server(\"widgets\")]";

/// The identifier of the resource server, and the path of the runtime crate.
#[derive(Default)]
pub(super) struct ServerArgument {
    pub(super) identifier: Option<LitStr>,
    pub(super) krate: Option<Path>,
}

impl ServerArgument {
    /// Removes the argument from the attributes of a module. The others belong to the module.
    pub(super) fn take(attrs: &mut Vec<Attribute>, module: &Ident, errors: &mut Errors) -> Self {
        let is_meant = |attribute: &mut Attribute| {
            let name = attribute.path().get_ident().map(Ident::to_string);
            name.is_some_and(|name| similar::nearest(&name, [NAME]).is_some())
        };
        let mut found = attrs.extract_if(.., is_meant);
        let Some(first) = found.next() else {
            let message = format_args!(
                "expected `{EXAMPLE}` on the module: the identifier of the resource server in Cognito"
            );
            errors.report(module.span(), message);
            return Self::default();
        };
        for second in found {
            let message =
                "the resource server is specified more than once; write a module for each";
            errors.add(syn::Error::new_spanned(second, message));
        }
        Self::of(&first).unwrap_or_else(|error| {
            errors.add(error);
            Self::default()
        })
    }

    fn of(attribute: &Attribute) -> syn::Result<Self> {
        let name = attribute.path();
        if !name.is_ident(NAME) {
            let message = format!("unknown argument; did you mean `{NAME}`?");
            return Err(syn::Error::new_spanned(name, message));
        }
        match &attribute.meta {
            Meta::List(_) => attribute.parse_args(),
            Meta::NameValue(_) | Meta::Path(_) => {
                let message = format!("expected the identifier in parentheses: `{EXAMPLE}`");
                Err(syn::Error::new_spanned(&attribute.meta, message))
            }
        }
    }
}

impl Parse for ServerArgument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(LitStr) {
            return Err(input.error(format_args!(
                "expected a string literal, the identifier of the resource server: `{EXAMPLE}`"
            )));
        }
        let identifier = Some(input.parse()?);
        let mut krate = None;
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let key = input.call(Ident::parse_any)?;
            if key != "crate" {
                return Err(syn::Error::new(key.span(), unknown(&key)));
            }
            input.parse::<Token![=]>()?;
            if !input.peek(Token![::]) && !input.peek(Ident::peek_any) {
                return Err(input.error("expected a path without quotes: `crate = some::path`"));
            }
            krate = Some(input.call(Path::parse_mod_style)?);
        }
        Ok(Self { identifier, krate })
    }
}

fn unknown(key: &Ident) -> String {
    let name = key.to_string();
    let advice = match similar::nearest(&name, ["crate"]) {
        Some(intended) => format!("; did you mean `{intended}`?"),
        None => format!(": `#[{NAME}]` accepts the identifier and `crate`"),
    };
    format!("unknown argument `{name}`{advice}")
}
