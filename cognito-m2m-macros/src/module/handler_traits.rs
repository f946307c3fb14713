use proc_macro2::Span;
use syn::UseTree;

/// The traits whose implementors Actix accepts as a handler or as a service.
const HANDLER_TRAITS: [&str; 3] = ["Handler", "HttpServiceFactory", "ServiceFactory"];

/// Returns `true` for a trait that an `impl` in a guarded module must not hide behind another name.
pub(super) fn is_handler_trait(name: &str) -> bool {
    HANDLER_TRAITS.contains(&name)
}

/// Returns the places where a trait gets a name under which an `impl` would not be recognized.
pub(super) fn renamed_traits(tree: &UseTree) -> Vec<Span> {
    match tree {
        UseTree::Path(path) => renamed_traits(&path.tree),
        UseTree::Group(group) => group.items.iter().flat_map(renamed_traits).collect(),
        UseTree::Rename(leaf)
            if is_handler_trait(&leaf.ident.to_string()) && leaf.rename != "_" =>
        {
            vec![leaf.rename.span()]
        }
        UseTree::Rename(_) | UseTree::Name(_) | UseTree::Glob(_) => Vec::new(),
    }
}
