use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// The built-in attributes that a function can have (the Rust Reference, "Built-in attributes
/// index"). None of them turns the function into a handler.
const BUILTIN: [&str; 26] = [
    "allow",
    "bench",
    "cfg",
    "cold",
    "coverage",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "export_name",
    "forbid",
    "ignore",
    "inline",
    "instruction_set",
    "link_section",
    "must_use",
    "naked",
    "no_mangle",
    "optimize",
    "proc_macro",
    "should_panic",
    "target_feature",
    "test",
    "track_caller",
    "unsafe",
    "warn",
];

/// The tools whose attributes begin with their name, such as `#[rustfmt::skip]`.
const TOOLS: [&str; 5] = ["clippy", "diagnostic", "miri", "rust_analyzer", "rustfmt"];

/// Returns `true` for an attribute that can't turn a function into a handler.
pub(super) fn is_builtin(attribute: &Attribute) -> bool {
    is_builtin_meta(&attribute.meta)
}

/// Returns `true` for the content of such an attribute.
pub(super) fn is_builtin_meta(meta: &Meta) -> bool {
    if meta.path().is_ident("cfg_attr") {
        return is_builtin_cfg_attr(meta);
    }
    let Some(first) = meta.path().segments.first() else {
        return false;
    };
    let names: &[&str] = match meta.path().segments.len() {
        1 => &BUILTIN,
        _ => &TOOLS,
    };
    names.iter().any(|name| first.ident == name)
}

/// Returns `true` if all attributes in `cfg_attr(condition, attribute, ..)` are built in.
fn is_builtin_cfg_attr(meta: &Meta) -> bool {
    let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
    meta.require_list()
        .and_then(|list| list.parse_args_with(parser))
        .is_ok_and(|metas| metas.iter().skip(1).all(is_builtin_meta))
}
