//! The scopes of the catalogue.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use crate::catalogue::content;
use crate::scope_text::STANDARD_SCOPES;
use crate::similar;

/// The name of the file, beside the user's `Cargo.toml`.
pub(crate) const FILE_NAME: &str = "cognito-scopes.json";

/// The most edits between a scope and the one that was meant.
const MAX_EDITS: usize = 2;

/// The scopes that an attribute can require.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Catalogue {
    /// The scopes of the file, sorted, without duplicates.
    listed: Vec<String>,
}

impl Catalogue {
    /// Parses the content of the file.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut listed = content::scopes(text)?;
        listed.sort_unstable();
        listed.dedup();
        Ok(Self { listed })
    }

    /// Returns the message about a scope that is not listed, or `None` if it is.
    pub(crate) fn mistake(&self, scope: &str) -> Option<String> {
        if self.scopes().any(|listed| listed == scope) {
            return None;
        }
        let advice = match self.intended(scope) {
            Some(intended) => format!("; did you mean \"{intended}\"?"),
            None => "; if it is new, update the file".to_owned(),
        };
        Some(format!(
            "the scope \"{scope}\" is not in {FILE_NAME}{advice}"
        ))
    }

    /// Returns the scopes of the file, and those that every user pool has.
    fn scopes(&self) -> impl Iterator<Item = &str> {
        self.listed
            .iter()
            .map(String::as_str)
            .chain(STANDARD_SCOPES)
    }

    /// Returns a scope with a similar text, or the only one with this name in its resource server.
    fn intended(&self, scope: &str) -> Option<&str> {
        similar::nearest_within(MAX_EDITS, scope, self.scopes()).or_else(|| {
            let has_name = |listed: &&str| {
                let parts = listed.rsplit_once('/');
                parts.is_some_and(|(_, name)| name == scope)
            };
            let mut named = self.scopes().filter(has_name);
            named.next().filter(|_| named.next().is_none())
        })
    }

    /// Returns an expression of the type `&[(usize, &str)]`: all scopes that an attribute can require, those
    /// with the same length in one text.
    ///
    /// It is part of each expansion that names a constant. A literal for each scope would take the compiler
    /// several times as long.
    pub(crate) fn by_length(&self) -> TokenStream {
        let mut by_length: BTreeMap<usize, String> = BTreeMap::new();
        for scope in self.scopes() {
            by_length.entry(scope.len()).or_default().push_str(scope);
        }
        let (lengths, texts) = (by_length.keys(), by_length.values());
        quote!(&[#((#lengths, #texts)),*])
    }

    /// Returns an item that makes a change of the file rebuild the crate. It adds nothing to the program.
    pub(crate) fn tracked(&self) -> TokenStream {
        let path = format!("/{FILE_NAME}");
        quote! {
            const _: &[::core::primitive::u8] = ::core::include_bytes!(::core::concat!(
                ::core::env!("CARGO_MANIFEST_DIR"),
                #path
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue(scopes: &[&str]) -> Catalogue {
        let mut listed: Vec<_> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        listed.sort();
        Catalogue { listed }
    }

    #[test]
    fn unlisted_scopes_are_reported_with_the_intended_one() {
        let catalogue = catalogue(&["widgets/read", "widgets/write", "sales/write", "a/admin"]);
        for (scope, advice) in [
            ("widgets/raed", "did you mean \"widgets/read\"?"),
            ("Widgets/Read", "did you mean \"widgets/read\"?"),
            ("widget/red", "did you mean \"widgets/read\"?"),
            ("opened", "did you mean \"openid\"?"),
            // Without the resource server, if only one has a scope with this name.
            ("admin", "did you mean \"a/admin\"?"),
            ("write", "if it is new, update the file"),
            ("widgets/delete", "if it is new, update the file"),
            ("wdgts/raed", "if it is new, update the file"),
        ] {
            let expected = format!("the scope \"{scope}\" is not in cognito-scopes.json; {advice}");
            assert_eq!(catalogue.mistake(scope), Some(expected));
        }
    }

    #[test]
    fn listed_and_standard_scopes_are_accepted() {
        let catalogue = catalogue(&["widgets/read"]);
        for scope in ["widgets/read", "openid", "aws.cognito.signin.user.admin"] {
            assert_eq!(catalogue.mistake(scope), None, "{scope}");
        }
    }
}
