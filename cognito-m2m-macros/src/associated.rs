//! Detects attributes on associated functions, which can't be guarded: the marker type of a guard
//! can't be an item of an `impl` or a `trait`.
//!
//! The tokens of an attribute don't show what is around the function, and the errors of rustc about
//! the generated items would not explain the mistake. So the attribute is searched for in the source
//! file. If it isn't found there, for example because a macro generates the `impl`, the errors are
//! those of rustc.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

use crate::kind::Kind;

/// The bodies of the `impl`s and `trait`s in a source file.
struct Source {
    bodies: Vec<Body>,
}

/// A version of a file. A server that expands macros for an editor outlives many of them.
#[derive(PartialEq, Eq)]
struct Version {
    path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
}

/// The body of an `impl` or `trait`. It is text, because tokens are valid only while one attribute
/// expands.
struct Body {
    /// The tokens, independent of the whitespace between them.
    tokens: String,
    attributes: Vec<Attribute>,
}

/// An attribute of an associated item.
struct Attribute {
    /// The identifiers in it.
    names: Vec<String>,
    /// The position in the tokens of the body where the item begins, after all of its attributes.
    item: usize,
}

thread_local! {
    /// The file that was read last. A file often contains several attributes, which expand one after
    /// another.
    static LAST_SOURCE: RefCell<Option<(Version, Source)>> = const { RefCell::new(None) };
}

/// Returns `true` if the function is in an `impl` or `trait` of the file that is being compiled.
pub(crate) fn is_associated(kind: Kind, function: &TokenStream) -> bool {
    // Outside of a compiler, there is no source file.
    if !proc_macro::is_available() {
        return false;
    }
    let Some(path) = Span::call_site().unwrap().local_file() else {
        return false;
    };
    let Some(version) = Version::of(path) else {
        return false;
    };
    LAST_SOURCE.with_borrow_mut(|last| {
        if last.as_ref().is_none_or(|(known, _)| *known != version) {
            let source = Source::read(&version.path);
            *last = source.map(|source| (version, source));
        }
        last.as_ref()
            .is_some_and(|(_, source)| source.contains(kind, function))
    })
}

impl Version {
    fn of(path: PathBuf) -> Option<Self> {
        let metadata = fs::metadata(&path).ok()?;
        Some(Self {
            path,
            length: metadata.len(),
            modified: metadata.modified().ok(),
        })
    }
}

impl Source {
    fn read(path: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(path).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut bodies = Vec::new();
        if text.contains("impl") || text.contains("trait") {
            collect_bodies(text.parse().ok()?, &mut bodies);
        }
        Some(Self { bodies })
    }

    /// Returns `true` if one of the bodies contains the function, with the attribute above it.
    fn contains(&self, kind: Kind, function: &TokenStream) -> bool {
        let mut bodies = self.bodies.iter().filter(|body| body.has(kind)).peekable();
        if bodies.peek().is_none() {
            return false;
        }
        let function: Vec<_> = function.clone().into_iter().collect();
        let function = flat(without_attributes(&function));
        bodies.any(|body| body.contains(kind, &function))
    }
}

impl Body {
    fn new(tokens: TokenStream) -> Self {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut body = Self {
            tokens: String::new(),
            attributes: Vec::new(),
        };
        let mut rest = tokens.as_slice();
        while let Some((token, after)) = rest.split_first() {
            if let Some((group, _)) = attribute(rest) {
                let mut names = Vec::new();
                collect_names(group.stream(), &mut names);
                let count = rest.len().saturating_sub(without_attributes(rest).len());
                let attributes = rest.get(..count).unwrap_or_default();
                let item = body.tokens.len().saturating_add(flat(attributes).len());
                body.attributes.push(Attribute { names, item });
            }
            push_flat(token, &mut body.tokens);
            rest = after;
        }
        body
    }

    /// Returns `true` if an item in the body has the attribute.
    fn has(&self, kind: Kind) -> bool {
        self.attributes.iter().any(|attribute| attribute.is(kind))
    }

    fn contains(&self, kind: Kind, function: &str) -> bool {
        self.attributes.iter().any(|attribute| {
            let item = self.tokens.get(attribute.item..).unwrap_or_default();
            attribute.is(kind) && item.starts_with(function)
        })
    }
}

impl Attribute {
    /// Returns `true` for `#[name(..)]`, `#[path::name(..)]` and `#[cfg_attr(condition, name(..))]`.
    fn is(&self, kind: Kind) -> bool {
        self.names.iter().any(|name| name == kind.name())
    }
}

/// Collects the bodies of all `impl`s and `trait`s, including those in functions and macros.
fn collect_bodies(tokens: TokenStream, bodies: &mut Vec<Body>) {
    let mut tokens = tokens.into_iter().peekable();
    // Whether the current item is an `impl` or a `trait`, once the keyword of the item was found.
    let mut has_body = None;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "impl" || word == "trait" => {
                has_body.get_or_insert(true);
            }
            // In the signature of a function, `impl` is part of a type.
            TokenTree::Ident(word) if word == "fn" => {
                has_body.get_or_insert(false);
            }
            TokenTree::Punct(mark) if mark.as_char() == ';' => has_body = None,
            TokenTree::Group(group) => {
                let is_body = group.delimiter() == Delimiter::Brace;
                if is_body && has_body == Some(true) {
                    bodies.push(Body::new(group.stream()));
                }
                collect_bodies(group.stream(), bodies);
                if is_body && !tokens.peek().is_some_and(follows_generic_argument) {
                    has_body = None;
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Returns `true` for the tokens that can follow a generic argument such as `{ N }`, but not an item.
fn follows_generic_argument(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(mark) if matches!(mark.as_char(), ',' | '>'))
}

fn collect_names(attribute: TokenStream, names: &mut Vec<String>) {
    for token in attribute {
        match token {
            TokenTree::Ident(word) => names.push(word.to_string()),
            TokenTree::Group(group) => collect_names(group.stream(), names),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn without_attributes(mut tokens: &[TokenTree]) -> &[TokenTree] {
    while let Some((_, rest)) = attribute(tokens) {
        tokens = rest;
    }
    tokens
}

/// Returns the brackets of the attribute at the start of the tokens, and the tokens after it.
fn attribute(tokens: &[TokenTree]) -> Option<(&Group, &[TokenTree])> {
    match tokens {
        [TokenTree::Punct(mark), TokenTree::Group(group), rest @ ..]
            if mark.as_char() == '#' && group.delimiter() == Delimiter::Bracket =>
        {
            Some((group, rest))
        }
        _ => None,
    }
}

/// Returns the texts of the tokens, independent of the whitespace between them.
fn flat(tokens: &[TokenTree]) -> String {
    let mut text = String::new();
    for token in tokens {
        push_flat(token, &mut text);
    }
    text
}

fn push_flat(token: &TokenTree, text: &mut String) {
    let TokenTree::Group(group) = token else {
        text.push_str(&token.to_string());
        text.push('\n');
        return;
    };
    // Tokens that a macro passed on can be in groups without delimiters.
    let (open, close) = match group.delimiter() {
        Delimiter::Parenthesis => ("(\n", ")\n"),
        Delimiter::Brace => ("{\n", "}\n"),
        Delimiter::Bracket => ("[\n", "]\n"),
        Delimiter::None => ("", ""),
    };
    text.push_str(open);
    for token in group.stream() {
        push_flat(&token, text);
    }
    text.push_str(close);
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn is_found(source: &str, function: &TokenStream) -> bool {
        let source = Source::parse(source).expect("the source consists of tokens");
        source.contains(Kind::RequireScopes, function)
    }

    #[test]
    fn functions_in_impls_and_traits_are_found() {
        let function = quote!(
            #[inline]
            pub async fn list(id: u8) -> impl Responder {
                id
            }
        );
        let annotated = "/// A list.\n #[cognito_m2m::require_scopes(\"a\")] /// Doc.\n #[inline] \
                         pub async fn list( id : u8 )->impl Responder{ id }";
        for source in [
            format!("impl Widgets {{ fn new() -> Self {{ Self }} {annotated} }}"),
            format!(
                "impl<T: Fn() -> u8> Service<{{ N }}> for Widgets<T> where T: Copy {{ {annotated} }}"
            ),
            format!("pub(crate) unsafe trait Service {{ const N: u8 = 1; {annotated} }}"),
            format!("mod a {{ fn f() -> impl Fn() {{ struct S; impl S {{ {annotated} }} }} }}"),
            format!("macro_rules! service {{ ($t:ty) => {{ impl $t {{ {annotated} }} }} }}"),
            format!("impl A {{}} #[derive(Clone)] struct B {{ c: u8 }} impl B {{ {annotated} }}"),
            format!(
                "impl A {{ {} }}",
                annotated
                    .replace("cognito_m2m::require_scopes", "cfg_attr(x, require_scopes")
                    .replace("(\"a\")]", "(\"a\"))]")
            ),
        ] {
            assert!(is_found(&source, &function), "{source}");
        }
    }

    #[test]
    fn free_functions_are_not_found() {
        let function = quote!(
            async fn list() {}
        );
        let annotated = "#[require_scopes(\"a\")] async fn list() {}";
        for source in [
            annotated.to_owned(),
            format!("mod widgets {{ {annotated} }}"),
            format!("fn configure() -> impl Fn() {{ {annotated} }}"),
            format!("impl A {{ fn new() -> impl Fn() {{ {annotated} }} }}"),
            format!("impl A {{}} {annotated}"),
            format!("impl A {{}} mod b {{ {annotated} }}"),
            format!("trait A {{ fn f(); }} const _: () = {{ {annotated} }};"),
            // The associated function has no attribute, another one, or another body.
            format!("impl A {{ async fn list() {{}} }} {annotated}"),
            format!("impl A {{ #[inline] async fn list() {{}} }} {annotated}"),
            format!("impl A {{ #[require_scopes(\"a\")] async fn list() {{ 1; }} }} {annotated}"),
            format!("impl A {{ #[require_scopes(\"a\")] async fn other() {{}} }} {annotated}"),
        ] {
            assert!(!is_found(&source, &function), "{source}");
        }
    }
}
