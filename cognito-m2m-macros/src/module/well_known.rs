//! The macros of std, tracing and log, whose expansions contain no handlers except those in their
//! arguments.

use std::collections::BTreeSet;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::{Ident, Item, UseTree};

use crate::module::item::{Module, ModuleItem};

/// The macros of the standard library, without those that insert other code, such as `include!`.
const STD: [&str; 41] = [
    "addr_of",
    "addr_of_mut",
    "assert",
    "assert_eq",
    "assert_ne",
    "cfg",
    "column",
    "compile_error",
    "concat",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "env",
    "eprint",
    "eprintln",
    "file",
    "format",
    "format_args",
    "include_bytes",
    "include_str",
    "is_aarch64_feature_detected",
    "is_x86_feature_detected",
    "line",
    "matches",
    "module_path",
    "offset_of",
    "option_env",
    "panic",
    "pin",
    "print",
    "println",
    "ready",
    "stringify",
    "thread_local",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

const TRACING: [&str; 15] = [
    "debug",
    "debug_span",
    "enabled",
    "error",
    "error_span",
    "event",
    "event_enabled",
    "info",
    "info_span",
    "span",
    "span_enabled",
    "trace",
    "trace_span",
    "warn",
    "warn_span",
];

const LOG: [&str; 7] = [
    "debug",
    "error",
    "info",
    "log",
    "log_enabled",
    "trace",
    "warn",
];

/// The crates of these macros. A path that starts with another name leads to another macro.
const CRATES: [(&str, &[&str]); 5] = [
    ("std", &STD),
    ("core", &STD),
    ("alloc", &STD),
    ("tracing", &TRACING),
    ("log", &LOG),
];

/// The pointers of std that can't be extractors.
const POINTERS: [&str; 2] = ["Arc", "Rc"];

/// Returns `true` if a well-known macro has this name.
pub(super) fn is_well_known_name(name: &str) -> bool {
    CRATES.iter().any(|(_, macros)| macros.contains(&name))
}

/// The path of a macro call.
pub(super) struct MacroPath {
    /// Whether the path starts with `::`.
    pub(super) is_global: bool,
    pub(super) segments: Vec<String>,
}

/// The names in a module that hide well-known macros, or their crates.
#[derive(Default)]
pub(super) struct HiddenNames(BTreeSet<String>);

impl HiddenNames {
    /// Returns the names that the items of the module hide. A glob import can hide names too, but a
    /// macro can't know which ones.
    pub(super) fn of(module: &Module) -> Self {
        let mut names = BTreeSet::new();
        for item in module.content.iter().flat_map(|content| &content.items) {
            match item {
                // A module hides a crate, but no macro.
                ModuleItem::Mod(module) => {
                    let name = module.ident.unraw().to_string();
                    names.extend(Some(name).filter(|name| is_crate(name)));
                }
                ModuleItem::Other(Item::Use(import)) => {
                    let hiding = imports(&import.tree)
                        .into_iter()
                        .filter(|import| import.hides_macro() || import.hides_pointer());
                    names.extend(hiding.map(|import| import.name));
                }
                ModuleItem::Other(Item::Type(alias)) => {
                    names.insert(alias.ident.unraw().to_string());
                }
                ModuleItem::Other(Item::Struct(structure)) => {
                    names.insert(structure.ident.unraw().to_string());
                }
                ModuleItem::Other(Item::ExternCrate(import)) => {
                    names.extend(
                        import
                            .rename
                            .iter()
                            .map(|(_, name)| name.unraw().to_string()),
                    );
                }
                _ => {}
            }
        }
        Self(names)
    }

    /// Returns `true` for the name of `Arc` or `Rc` of std.
    pub(super) fn is_pointer(&self, name: &str) -> bool {
        POINTERS.contains(&name) && !self.0.contains(name)
    }

    /// Returns `true` for a call of a well-known macro.
    pub(super) fn is_well_known(&self, path: &MacroPath) -> bool {
        let segments: Vec<_> = path.segments.iter().map(String::as_str).collect();
        match segments.as_slice() {
            [name] => is_well_known_name(name) && !self.0.contains(*name),
            // The expansion of an attribute on the module or around it.
            [.., "__private", "inventory", "submit"] => true,
            [krate, .., name] => {
                let is_hidden = !path.is_global && self.0.contains(*krate);
                let mut crates = CRATES.iter();
                !is_hidden && crates.any(|(known, macros)| known == krate && macros.contains(name))
            }
            [] => false,
        }
    }
}

/// A name that a `use` brings into a module.
struct Import {
    path: Vec<String>,
    name: String,
    at: Span,
    /// Whether the name follows `as`.
    is_renamed: bool,
}

impl Import {
    fn new(path: &[String], source: &Ident, rename: Option<&Ident>) -> Self {
        let mut path = path.to_vec();
        // `use a::{self}` imports `a`.
        if source != "self" {
            path.push(source.unraw().to_string());
        }
        let name = rename.map(|name| name.unraw().to_string());
        Self {
            name: name.or_else(|| path.last().cloned()).unwrap_or_default(),
            path,
            at: rename.unwrap_or(source).span(),
            is_renamed: rename.is_some(),
        }
    }

    fn hides_macro(&self) -> bool {
        (is_well_known_name(&self.name) || is_crate(&self.name)) && !self.is_well_known()
    }

    fn hides_pointer(&self) -> bool {
        let is_of_std = self.path.first().is_some_and(|krate| is_crate(krate));
        POINTERS.contains(&self.name.as_str()) && (self.is_renamed || !is_of_std)
    }

    /// Returns `true` for a well-known crate, a well-known macro, and what a well-known crate has
    /// under this name.
    fn is_well_known(&self) -> bool {
        let Some((krate, rest)) = self.path.split_first() else {
            return false;
        };
        let is_macro = rest.last().is_none_or(|name| is_well_known_name(name));
        is_crate(krate) && (is_macro || !self.is_renamed)
    }
}

/// Returns the places where a `use` renames something to the name of a well-known macro.
pub(super) fn hiding_renames(tree: &UseTree) -> Vec<Span> {
    let imports = imports(tree).into_iter();
    let hiding = imports.filter(|import| import.is_renamed && import.hides_macro());
    hiding.map(|import| import.at).collect()
}

/// Returns the places where a `use` may import another macro with the name of a well-known one.
pub(super) fn hiding_imports(tree: &UseTree) -> Vec<Span> {
    let hiding = imports(tree).into_iter().filter(Import::hides_macro);
    hiding.map(|import| import.at).collect()
}

/// Returns `true` for the name of a crate with well-known macros.
pub(super) fn is_crate(name: &str) -> bool {
    CRATES.iter().any(|(known, _)| name == *known)
}

fn imports(tree: &UseTree) -> Vec<Import> {
    let mut found = Vec::new();
    collect_imports(tree, &mut Vec::new(), &mut found);
    found
}

fn collect_imports(tree: &UseTree, path: &mut Vec<String>, found: &mut Vec<Import>) {
    match tree {
        UseTree::Path(inner) => {
            path.push(inner.ident.unraw().to_string());
            collect_imports(&inner.tree, path, found);
            path.pop();
        }
        UseTree::Group(group) => {
            for inner in &group.items {
                collect_imports(inner, path, found);
            }
        }
        UseTree::Name(leaf) => found.push(Import::new(path, &leaf.ident, None)),
        UseTree::Rename(leaf) => found.push(Import::new(path, &leaf.ident, Some(&leaf.rename))),
        UseTree::Glob(_) => {}
    }
}
