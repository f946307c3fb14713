//! The names of futures in a module. A macro can't resolve types, so where the compiler can't be
//! asked, names decide.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Item, UseTree};

use crate::module::item::{AssociatedBlock, Module, ModuleItem};

/// The names of futures in std and futures, and of functions that return one.
const WELL_KNOWN: [&str; 9] = [
    "BoxFuture",
    "Future",
    "IntoFuture",
    "LocalBoxFuture",
    "PollFn",
    "Ready",
    "pending",
    "poll_fn",
    "ready",
];

/// The names of futures in a module, including those that its items define.
pub(super) struct FutureNames(BTreeSet<String>);

impl FutureNames {
    pub(super) fn of(module: &Module) -> Self {
        let mut names = Self(WELL_KNOWN.map(str::to_owned).into());
        // An alias can stand before its original.
        while names.extend(module) {}
        names
    }

    /// Returns `true` if the tokens contain the name of a future, or call a function that returns one.
    pub(super) fn are_in(&self, tokens: TokenStream) -> bool {
        let tokens: Vec<_> = tokens.into_iter().collect();
        tokens.iter().enumerate().any(|(position, token)| {
            let before = tokens.get(..position).unwrap_or_default();
            match token {
                TokenTree::Group(group) => self.are_in(group.stream()),
                TokenTree::Ident(name) => {
                    let name = name.to_string();
                    let after = tokens.get(position.saturating_add(1)..).unwrap_or_default();
                    // A method or a variable with the name of a function is no future.
                    let is_meant = match name.starts_with(char::is_uppercase) {
                        true => !(name == "Ready" && is_variant(before)),
                        false => is_called(after) && !is_method(before),
                    };
                    (is_meant && self.0.contains(&name)) || is_module_of_futures(&name, after)
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => false,
            }
        })
    }

    /// Returns `true` if a type is likely to be a future: also if its name ends with `Future`.
    pub(super) fn are_likely_in(&self, tokens: &TokenStream) -> bool {
        ends_with_future(tokens.clone()) || self.are_in(tokens.clone())
    }

    /// Adds the names that the items define. Returns `true` if there were new ones.
    fn extend(&mut self, module: &Module) -> bool {
        let mut is_extended = false;
        for item in module.content.iter().flat_map(|content| &content.items) {
            let defined = match item {
                ModuleItem::Other(Item::Type(alias)) if self.are_in(alias.ty.to_token_stream()) => {
                    vec![alias.ident.to_string()]
                }
                ModuleItem::Other(Item::Use(import)) => self.renamed(&import.tree),
                ModuleItem::Block(block) => self.implementor(block).into_iter().collect(),
                ModuleItem::Mod(inner) => {
                    is_extended |= self.extend(inner);
                    Vec::new()
                }
                _ => Vec::new(),
            };
            for name in defined {
                is_extended |= self.0.insert(name);
            }
        }
        is_extended
    }

    fn renamed(&self, tree: &UseTree) -> Vec<String> {
        match tree {
            UseTree::Path(path) if path.ident == "future" => all_names(&path.tree),
            UseTree::Path(path) => self.renamed(&path.tree),
            UseTree::Group(group) => {
                let trees = group.items.iter();
                trees.flat_map(|tree| self.renamed(tree)).collect()
            }
            UseTree::Rename(leaf) if self.0.contains(&leaf.ident.to_string()) => {
                vec![leaf.rename.to_string()]
            }
            UseTree::Rename(_) | UseTree::Name(_) | UseTree::Glob(_) => Vec::new(),
        }
    }

    /// Returns the name of a type with `impl Future for Name`, or of a trait with `trait Name: Future`.
    fn implementor(&self, block: &AssociatedBlock) -> Option<String> {
        let header: Vec<_> = block.header.clone().into_iter().collect();
        let word = |token: &TokenTree, expected: &str| matches!(token, TokenTree::Ident(word) if word == expected);
        if let Some(position) = header.iter().position(|token| word(token, "for")) {
            let (implemented, self_type) = header.split_at_checked(position)?;
            let is_future = implemented.iter().any(|token| word(token, "Future"));
            return self_type
                .iter()
                .skip(1)
                .find_map(first_name)
                .filter(|_| is_future);
        }
        let position = header.iter().position(|token| word(token, "trait"))?;
        let (name, bounds) = header.get(position.saturating_add(1)..)?.split_first()?;
        let is_future = self.are_in(bounds.iter().cloned().collect());
        first_name(name).filter(|_| is_future)
    }
}

fn first_name(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(name) => Some(name.to_string()),
        _ => None,
    }
}

fn all_names(tree: &UseTree) -> Vec<String> {
    match tree {
        UseTree::Path(path) => all_names(&path.tree),
        UseTree::Group(group) => group.items.iter().flat_map(all_names).collect(),
        UseTree::Rename(leaf) => vec![leaf.rename.to_string()],
        UseTree::Name(leaf) if leaf.ident != "self" => vec![leaf.ident.to_string()],
        UseTree::Name(_) | UseTree::Glob(_) => Vec::new(),
    }
}

fn is_called(after: &[TokenTree]) -> bool {
    match after.first() {
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Parenthesis,
        // `ready::<u8>(1)`
        _ => is_path_separator(after),
    }
}

fn is_path_separator(tokens: &[TokenTree]) -> bool {
    matches!(tokens.first(), Some(TokenTree::Punct(mark))
        if mark.as_char() == ':' && mark.spacing() == Spacing::Joint)
}

fn is_method(before: &[TokenTree]) -> bool {
    matches!(before.last(), Some(TokenTree::Punct(mark)) if mark.as_char() == '.')
}

/// Returns `true` after the path of a type: `Poll::Ready` is a variant, and `future::Ready` is a type.
fn is_variant(before: &[TokenTree]) -> bool {
    match before {
        [
            ..,
            TokenTree::Ident(name),
            TokenTree::Punct(first),
            TokenTree::Punct(second),
        ] => {
            first.as_char() == ':'
                && second.as_char() == ':'
                && name.to_string().starts_with(char::is_uppercase)
        }
        _ => false,
    }
}

fn is_module_of_futures(name: &str, after: &[TokenTree]) -> bool {
    name == "future" && is_path_separator(after)
}

fn ends_with_future(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => ends_with_future(group.stream()),
        TokenTree::Ident(name) => name.to_string().ends_with("Future"),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
