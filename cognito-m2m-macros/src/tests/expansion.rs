//! Snapshots of expansions: `snapshots/name.rs` expands to `snapshots/name.expanded.rs`.
//!
//! To update them: `UPDATE_SNAPSHOTS=1 cargo test -p cognito-m2m-macros --lib`.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, File, Item, Meta};

use crate::expand::expand;
use crate::kind::Kind;
use crate::{public, scopes};

#[test]
fn every_attribute_expands_to_its_snapshot() {
    let inputs = inputs();
    assert!(!inputs.is_empty());
    for input in inputs {
        let source = fs::read_to_string(&input).unwrap();
        let expanded = prettyplease::unparse(&expand_all(syn::parse_file(&source).unwrap()));
        let snapshot = input.with_extension("expanded.rs");
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            fs::write(&snapshot, &expanded).unwrap();
        }
        let expected = fs::read_to_string(&snapshot).unwrap_or_default();
        assert_eq!(expanded, expected, "{}", snapshot.display());
    }
}

fn inputs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/snapshots");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut inputs: Vec<_> = files
        .filter(|path| !path.to_string_lossy().ends_with(".expanded.rs"))
        .collect();
    inputs.sort();
    inputs
}

/// Expands from top to bottom and from the outside in, like rustc.
fn expand_all(mut file: File) -> File {
    file.items = file.items.into_iter().flat_map(expand_item).collect();
    file
}

fn expand_item(mut item: Item) -> Vec<Item> {
    let attributes = match &mut item {
        Item::Fn(function) => &mut function.attrs,
        Item::Mod(module) => &mut module.attrs,
        Item::Macro(call) if call.mac.path.segments.last().unwrap().ident == "scopes" => {
            let tokens = scopes::expand(call.mac.tokens.clone());
            return syn::parse2::<File>(tokens).unwrap().items;
        }
        _ => return vec![item],
    };
    let is_ours = |attribute: &Attribute| {
        Kind::from_path(attribute.path()).is_some() || public::is_public(attribute)
    };
    if let Some(position) = attributes.iter().position(is_ours) {
        let attribute = attributes.remove(position);
        let (arguments, item) = (arguments(&attribute), item.to_token_stream());
        let tokens = match Kind::from_path(attribute.path()) {
            Some(kind) => expand(kind, arguments, &item),
            None => public::expand(arguments, &item),
        };
        return expand_all(syn::parse2(tokens).unwrap()).items;
    }
    if let Item::Mod(module) = &mut item
        && let Some((_, items)) = &mut module.content
    {
        *items = std::mem::take(items)
            .into_iter()
            .flat_map(expand_item)
            .collect();
    }
    vec![item]
}

fn arguments(attribute: &Attribute) -> TokenStream {
    match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    }
}
