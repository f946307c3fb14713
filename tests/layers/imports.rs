//! The imports between the files of a crate, read from its source.

use std::collections::{BTreeMap, BTreeSet};

use cognito_m2m_tests::{Source, sources};
use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree};

/// The path of a module below the crate root.
type ModulePath = Vec<String>;

/// The imports between the files of one crate, unit tests excluded.
pub(crate) struct Imports {
    /// For each pair of files, the names that the first uses from the second.
    arrows: BTreeMap<(String, String), BTreeSet<String>>,
}

impl Imports {
    /// Reads every source file in this `src` folder of a crate.
    pub(crate) fn read(folder: &str) -> Self {
        let files: Vec<_> = sources(folder)
            .into_iter()
            .filter(|file| !is_test_file(&file.path))
            .map(|file| {
                let parsed = syn::parse_file(&file.text);
                let parsed = parsed.unwrap_or_else(|error| panic!("{}: {error}", file.path));
                (file, parsed)
            })
            .collect();
        let mut modules = Modules::default();
        for (file, parsed) in &files {
            modules.add(module_path(file), &file.path, &parsed.items);
        }
        let mut arrows: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (file, parsed) in &files {
            let mut paths = Paths::default();
            paths.visit_file(parsed);
            paths.add_nested(&module_path(file));
            for (module, path) in paths.found {
                let Some(used) = modules.file_of(&module, &path) else {
                    continue;
                };
                if used != file.path {
                    let name = path.last().cloned().unwrap_or_default();
                    let arrow = (file.path.clone(), used);
                    arrows.entry(arrow).or_default().insert(name);
                }
            }
        }
        Self { arrows }
    }

    /// Returns the user, the used file and the names, for every import between two files.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str, &BTreeSet<String>)> {
        self.arrows
            .iter()
            .map(|((from, to), names)| (from.as_str(), to.as_str(), names))
    }

    /// Returns every circle of files: the largest sets in which each file uses, directly or not,
    /// every other one.
    pub(crate) fn circles(&self) -> Vec<BTreeSet<&str>> {
        let mut circles = BTreeSet::new();
        let files: BTreeSet<_> = self.iter().flat_map(|(from, to, _)| [from, to]).collect();
        for file in files {
            let circle: BTreeSet<_> = self
                .reachable(file)
                .into_iter()
                .filter(|other| self.reachable(other).contains(file))
                .collect();
            if circle.len() > 1 {
                circles.insert(circle);
            }
        }
        circles.into_iter().collect()
    }

    fn reachable<'a>(&'a self, start: &'a str) -> BTreeSet<&'a str> {
        let mut seen = BTreeSet::new();
        let mut next = vec![start];
        while let Some(file) = next.pop() {
            for (from, to, _) in self.iter() {
                if from == file && seen.insert(to) {
                    next.push(to);
                }
            }
        }
        seen
    }
}

fn is_test_file(path: &str) -> bool {
    path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs")
}

fn module_path(file: &Source) -> ModulePath {
    let path = file.path.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    path.split('/')
        .filter(|part| *part != "lib")
        .map(ToOwned::to_owned)
        .collect()
}

/// The modules of a crate and what they import.
#[derive(Default)]
struct Modules(BTreeMap<ModulePath, Module>);

#[derive(Default)]
struct Module {
    file: String,
    /// Imported names and the paths that they stand for, as written.
    imports: BTreeMap<String, Vec<String>>,
}

impl Modules {
    fn add(&mut self, path: ModulePath, file: &str, items: &[Item]) {
        let mut module = Module {
            file: file.to_owned(),
            ..Module::default()
        };
        for item in items {
            match item {
                Item::Use(import) if !is_test_only(&import.attrs) => {
                    flatten(&import.tree, &mut Vec::new(), &mut |name, path| {
                        module.imports.insert(name, path);
                    });
                }
                Item::Mod(ItemMod {
                    ident,
                    content: Some((_, items)),
                    attrs,
                    ..
                }) if !is_test_only(attrs) => {
                    let mut inner = path.clone();
                    inner.push(ident.to_string());
                    self.add(inner, file, items);
                }
                _ => {}
            }
        }
        self.0.insert(path, module);
    }

    /// Returns the file that defines a path, following re-exports. `None` for another crate.
    fn file_of(&self, module: &ModulePath, path: &[String]) -> Option<String> {
        self.resolve(module, path, 0)
    }

    fn resolve(&self, module: &ModulePath, path: &[String], depth: usize) -> Option<String> {
        assert!(depth < 20, "the re-exports of {path:?} form a circle");
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.descend(&Vec::new(), rest, depth),
            "self" => self.descend(module, rest, depth),
            "super" => {
                let parent = module.get(..module.len().checked_sub(1)?)?.to_vec();
                match rest.first().map(String::as_str) {
                    Some("super") => self.resolve(&parent, rest, depth + 1),
                    _ => self.descend(&parent, rest, depth),
                }
            }
            _ => {
                let is_module = self.0.contains_key(&child(module, first));
                let is_import = self.0.get(module)?.imports.contains_key(first);
                (is_module || is_import)
                    .then(|| self.descend(module, path, depth))
                    .flatten()
            }
        }
    }

    fn descend(&self, module: &ModulePath, path: &[String], depth: usize) -> Option<String> {
        let found = self.0.get(module)?;
        let Some((first, rest)) = path.split_first() else {
            return Some(found.file.clone());
        };
        let inner = child(module, first);
        if self.0.contains_key(&inner) {
            return self.descend(&inner, rest, depth);
        }
        match found.imports.get(first) {
            // `use reqwest;` or `use reqwest::..`: another crate.
            Some(target) if target.first() == Some(first) => None,
            Some(target) => {
                let target = [target.as_slice(), rest].concat();
                self.resolve(module, &target, depth + 1)
            }
            None => Some(found.file.clone()),
        }
    }
}

fn child(module: &ModulePath, name: &str) -> ModulePath {
    let mut path = module.clone();
    path.push(name.to_owned());
    path
}

fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else {
            return false;
        };
        list.path.is_ident("cfg") && list.tokens.to_string().contains("test)")
            || list.path.is_ident("cfg") && list.tokens.to_string() == "test"
    })
}

/// Calls `found` with each name that a `use` brings into scope and with its path.
fn flatten(tree: &UseTree, before: &mut Vec<String>, found: &mut impl FnMut(String, Vec<String>)) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, found);
            before.pop();
        }
        UseTree::Name(name) if name.ident == "self" => {
            found(before.last().cloned().unwrap_or_default(), before.clone());
        }
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            found(name.clone(), [before.as_slice(), &[name]].concat());
        }
        UseTree::Rename(rename) => {
            let path = [before.as_slice(), &[rename.ident.to_string()]].concat();
            found(rename.rename.to_string(), path);
        }
        UseTree::Glob(_) => found("*".to_owned(), before.clone()),
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, before, found);
            }
        }
    }
}

/// Collects every path of a file, in imports, in code, and inside the arguments of macros.
#[derive(Default)]
struct Paths {
    /// The inline module that is being visited, below the file's own.
    inline: ModulePath,
    found: Vec<(ModulePath, Vec<String>)>,
}

impl Paths {
    fn add(&mut self, path: Vec<String>) {
        self.found.push((self.inline.clone(), path));
    }

    /// Completes the module paths with that of the file.
    fn add_nested(&mut self, file: &[String]) {
        for (module, _) in &mut self.found {
            *module = [file, module].concat();
        }
    }

    /// Adds every `crate::..` and `super::..` among the tokens of a macro call. A path after `$crate`
    /// is left out, since the code that calls the macro uses it.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut after_dollar = false;
        for token in tokens {
            match token {
                TokenTree::Ident(name) if path.is_empty() => {
                    let name = name.to_string();
                    if matches!(name.as_str(), "crate" | "super") && !after_dollar {
                        path.push(name);
                    }
                }
                TokenTree::Ident(name) => path.push(name.to_string()),
                TokenTree::Punct(mark) if mark.as_char() == ':' && !path.is_empty() => continue,
                other => {
                    self.end_path(&mut path);
                    after_dollar =
                        matches!(&other, TokenTree::Punct(mark) if mark.as_char() == '$');
                    if let TokenTree::Group(group) = other {
                        self.add_tokens(group.stream());
                    }
                    continue;
                }
            }
            after_dollar = false;
        }
        self.end_path(&mut path);
    }

    fn end_path(&mut self, path: &mut Vec<String>) {
        if path.len() > 1 {
            self.add(std::mem::take(path));
        }
        path.clear();
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if is_test_only(&module.attrs) {
            return;
        }
        self.inline.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.inline.pop();
    }

    fn visit_item_use(&mut self, import: &'ast ItemUse) {
        if is_test_only(&import.attrs) {
            return;
        }
        let mut paths = Vec::new();
        flatten(&import.tree, &mut Vec::new(), &mut |_, path| {
            paths.push(path);
        });
        paths.into_iter().for_each(|path| self.add(path));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|part| part.ident.to_string());
        self.add(names.collect());
        visit::visit_path(self, path);
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {
        // `pub(in crate::web)` is not an import.
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.add_tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {
        // Attributes contain no paths of the crate's modules.
    }
}
